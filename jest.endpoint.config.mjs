import config from './jest.config.mjs';

/** What AWS-compatible endpoints can do: `npm run test:endpoint`. */
export default { ...config, testMatch: ['<rootDir>/test/endpoint/suite.ts'] };
