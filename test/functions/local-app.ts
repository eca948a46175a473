import { App } from 'aws-cdk-lib';
import {
  deployLocally,
  startLocalPlatform,
  type LocalDeployment,
  type LocalDeploymentOptions,
  type LocalPlatform,
  type LocalPlatformOptions,
} from 'millrace/local';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An app that is synthesised, and a platform of its own to run it on. */
export interface LocalApp {
  readonly platform: LocalPlatform;
  /** Runs it, with mappings in a hurry. */
  deploy(options?: Omit<LocalDeploymentOptions, 'assemblyDir' | 'endpoints'>): Promise<LocalDeployment>;
  /** Ends what was deployed, and the platform. */
  stop(): Promise<void>;
}

const HURRIED = { pollMs: 20, idleFinalMs: 0, backoff: { baseMs: 50, factor: 2, maxMs: 1000 } };

/** The assembly is far from any node_modules. */
export async function startLocalApp(
  define: (app: App) => void,
  options?: LocalPlatformOptions,
): Promise<LocalApp> {
  const assemblyDir = mkdtempSync(join(tmpdir(), 'millrace-app-'));
  const app = new App({ outdir: assemblyDir });
  define(app);
  app.synth();
  const platform = await startLocalPlatform(options);
  const deployments: LocalDeployment[] = [];
  return {
    platform,
    deploy: async ({ mapping, ...rest } = {}) => {
      const { endpoints } = platform;
      const deployment = await deployLocally({
        ...rest,
        assemblyDir,
        endpoints,
        mapping: { ...HURRIED, ...mapping },
      });
      deployments.push(deployment);
      return deployment;
    },
    stop: async () => {
      await Promise.all(deployments.map((deployment) => deployment.stop()));
      await platform.stop();
      rmSync(assemblyDir, { recursive: true });
    },
  };
}

/** Kills every sandbox there is. */
export function killAll({ functions }: LocalDeployment): void {
  for (const { sandboxes } of functions) sandboxes.forEach((sandbox) => sandbox.kill());
}
