import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Checkpoint, KeptServices } from '../../local/index.ts';
import { DefinitionError } from '../../model/index.ts';
import type { Plan } from '../../plan/index.ts';

/** What a run leaves for the next one, besides its tables. */
export interface KeptRun {
  readonly services: KeptServices;
  /** How far each mapping has read each shard. */
  readonly checkpoints: ReadonlyMap<string, ReadonlyMap<string, Checkpoint>>;
  /** Of the pipelines that have run, by the paths of their constructs. */
  readonly plans: Readonly<Record<string, Plan>>;
  /** Records the traffic has put. */
  readonly sent: number;
}

/** A folder with what a run has left. A run works on a copy: one that doesn't end as it should leaves what was before. */
export interface StateFolder {
  /** Where this run keeps its tables. */
  readonly dynamodbPath: string;
  /** Absent the first time. */
  readonly before: KeptRun | undefined;
  /** Keeps this run instead of the one before. Its tables must be closed. */
  keep(run: KeptRun): void;
  /** Lets another run have the folder. */
  release(): void;
}

const FORMAT = 1;

/** @throws DefinitionError if another process has the folder, or something else has written it */
export function openStateFolder(folder: string): StateFolder {
  const [saved, old, running] = ['saved', 'old', 'running'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const lock = join(folder, 'process');
  requireUnlocked(folder, lock);
  mkdirSync(folder, { recursive: true });
  writeFileSync(lock, String(process.pid));
  if (!existsSync(saved) && existsSync(old)) renameSync(old, saved);
  rmSync(running, { recursive: true, force: true });
  if (existsSync(saved)) cpSync(saved, running, { recursive: true });
  else mkdirSync(running);
  return {
    dynamodbPath: join(running, 'tables'),
    before: readRun(folder, join(running, 'run')),
    keep: (run) => {
      writeFileSync(join(running, 'run'), serialize({ format: FORMAT, run }));
      rmSync(old, { recursive: true, force: true });
      if (existsSync(saved)) renameSync(saved, old);
      renameSync(running, saved);
      rmSync(old, { recursive: true, force: true });
    },
    release: () => rmSync(lock, { force: true }),
  };
}

function requireUnlocked(folder: string, lock: string): void {
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8'));
  try {
    process.kill(pid, 0);
  } catch {
    return;
  }
  throw new DefinitionError(
    `"${folder}" is in use by process ${pid}; end that one, or give another folder with --state`,
  );
}

function readRun(folder: string, file: string): KeptRun | undefined {
  if (!existsSync(file)) return undefined;
  const { format, run }: { readonly format: unknown; readonly run: KeptRun } = deserialize(
    readFileSync(file),
  );
  if (format === FORMAT) return run;
  throw new DefinitionError(
    `"${folder}" has format "${String(format)}"; this version reads ${FORMAT}; remove it, or give another with --state`,
  );
}
