import { DefinitionError, messageOf } from '../model/index.ts';
import { devCommand } from './dev-command.ts';
import { planCommand } from './plan-command.ts';
import type { Terminal } from './terminal.ts';

const USAGE = `usage: millrace <command> [options]

  dev   runs an app on this machine, and again whenever its code changes
  plan  what an app's pipelines keep and for how long, and what an upgrade does with it

millrace <command> --help says more.`;

/**
 * Runs one command line, without `node` and the script.
 * @returns the exit code: 2 for a command line or an app that makes no sense
 */
export async function main([command, ...args]: readonly string[], terminal: Terminal): Promise<number> {
  try {
    switch (command) {
      case 'dev':
        return await devCommand(args, terminal);
      case 'plan':
        return planCommand(args, terminal.print);
      case undefined:
      case 'help':
      case '--help':
        terminal.print(USAGE);
        return 0;
      default:
        terminal.printError(`there is no command "${command}"\n\n${USAGE}`);
        return 2;
    }
  } catch (error) {
    if (!(error instanceof DefinitionError) && !isUsageError(error)) throw error;
    terminal.printError(messageOf(error));
    return 2;
  }
}

/** What `parseArgs` throws about options. */
function isUsageError(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
