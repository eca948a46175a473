import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { DefinitionError, messageOf } from '../../model/index.ts';
import type { DevSession } from '../dev/session.ts';
import type { DevPipeline } from '../dev/dev-app.ts';
import { parseAction, type Action } from './action.ts';
import type { CheckResult, Companion } from './companion.ts';
import type { FaultSwitch } from './fault-switch.ts';
import { followTable, type TableFollower } from './follow-table.ts';
import type { Observations } from './observations.ts';
import { mergeNarrowest, splitWidest } from './reshard.ts';
import { fieldsOf, ResultRows, type Shown } from './result-rows.ts';
import { startDashboard, type DashboardServer, type Topic } from './server.ts';
import { streamLog, type ShardLog } from './stream-log.ts';
import { Traffic } from './traffic.ts';

export interface DashboardOptions {
  readonly session: DevSession;
  readonly observations: Observations;
  readonly faults: FaultSwitch;
  readonly companion: Companion;
  /** 0 takes a free one. */
  readonly port: number;
}

const FOLLOW_MS = 400;
const CHECK_EVERY = 5;
const SHOWN_ROWS = 400;
const FROZEN_MS = 3000;

/** The dashboard of a running app: watches it, shows it, and lets it be broken. */
export async function openDashboard(options: DashboardOptions): Promise<DashboardServer> {
  const dashboard = new Dashboard(options);
  const server = await startDashboard(dashboard, options.port);
  return {
    url: server.url,
    close: async () => {
      await server.close();
      await dashboard.close();
    },
  };
}

class Dashboard {
  readonly #options: DashboardOptions;
  readonly #traffic: Traffic;
  readonly #rows = new ResultRows();
  readonly #followers = new Map<string, TableFollower>();
  readonly #logs = new Map<string, () => Promise<readonly ShardLog[]>>();
  #letters: readonly Readonly<Record<string, Shown>>[] = [];
  #check: CheckResult | undefined;
  #checks = 0;
  #example: { readonly source: string; readonly key: string; readonly text: string } | undefined;
  #isClosed = false;
  readonly #following: Promise<void>;

  constructor(options: DashboardOptions) {
    this.#options = options;
    const { session, companion } = options;
    this.#traffic = new Traffic(session.platform.kinesis, (source) => this.#streamOf(source), companion);
    for (const { source, partitionKey, value } of companion.traffic?.() ?? []) {
      this.#example = { source, key: partitionKey, text: JSON.stringify(value, undefined, 2) };
      break;
    }
    this.#following = this.#follow();
  }

  topics(): readonly Topic[] {
    const now = Date.now();
    const { app } = this.#options.session;
    return [
      { name: 'app', version: app?.fingerprint ?? 'none', data: () => this.#app() },
      { name: 'now', version: now, data: () => this.#now(now) },
      { name: 'results', version: this.#rows.version, data: () => this.#rows.newest(SHOWN_ROWS) },
      { name: 'letters', version: this.#letters.length, data: () => this.#letters },
      { name: 'check', version: this.#checks, data: () => this.#check ?? null },
    ];
  }

  async act(body: unknown): Promise<string> {
    const action = parseAction(body);
    const { kinesis } = this.#options.session.platform;
    switch (action.kind) {
      case 'put-record':
        return this.#put(action);
      case 'kill-sandbox':
        return this.#withSandbox('was killed', (sandbox) => sandbox.kill());
      case 'freeze-sandbox':
        return this.#withSandbox(`is frozen for ${FROZEN_MS / 1000} seconds`, (sandbox) => {
          sandbox.freeze();
          setTimeout(() => sandbox.thaw(), FROZEN_MS);
        });
      case 'fault':
        this.#options.faults.kind = action.fault;
        return action.fault === 'none'
          ? 'DynamoDB answers again'
          : `half of all requests to DynamoDB: ${action.fault}`;
      case 'split-shard':
        return splitWidest(kinesis, this.#knownStream(action.stream));
      case 'merge-shards':
        return mergeNarrowest(kinesis, this.#knownStream(action.stream));
      case 'traffic':
        return this.#setTraffic(action.perSecond);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#traffic.stop();
    await this.#following;
  }

  get #pipelines(): readonly DevPipeline[] {
    return this.#options.session.app?.pipelines ?? [];
  }

  #app(): object {
    return {
      pipelines: this.#pipelines.map(({ path, plan, stages }) => ({ path, plan, stages })),
      hasTraffic: this.#traffic.isThere,
      hasCheck: this.#options.companion.check !== undefined,
      example: this.#example ?? null,
    };
  }

  #now(now: number): object {
    const { observations, faults, session } = this.#options;
    const sandboxes = session.deployment?.functions.flatMap((fn) => fn.sandboxes) ?? [];
    return {
      now,
      totals: observations.totals,
      rates: observations.rates(now),
      shards: observations.shards(now),
      problems: observations.problems,
      sandboxes: sandboxes.map(({ id, status, isFrozen }) => ({ id, status, isFrozen })),
      fault: faults.kind,
      traffic: {
        perSecond: this.#traffic.perSecond,
        sent: this.#traffic.sent,
        stopped: this.#traffic.stopped,
      },
    };
  }

  async #put({ source, key, text }: Extract<Action, { kind: 'put-record' }>): Promise<string> {
    const StreamName = this.#streamOf(source);
    const { ShardId } = await this.#options.session.platform.kinesis.send(
      new PutRecordCommand({ StreamName, PartitionKey: key, Data: Buffer.from(text) }),
    );
    return `the record is in ${ShardId} of source ${source}`;
  }

  #withSandbox(
    done: string,
    harm: (sandbox: { kill(): void; freeze(): void; thaw(): void }) => void,
  ): Promise<string> {
    const all = this.#options.session.deployment?.functions.flatMap(({ sandboxes }) => sandboxes) ?? [];
    const busy = all.filter(({ status }) => status === 'busy');
    const candidates = busy.length > 0 ? busy : all.filter(({ status }) => status === 'idle');
    const victim = candidates[Math.floor(Math.random() * candidates.length)];
    if (victim === undefined) {
      throw new DefinitionError('no sandbox runs; put a record or start the traffic, and one starts');
    }
    harm(victim);
    return Promise.resolve(`sandbox ${victim.id} ${done}`);
  }

  #setTraffic(perSecond: number): Promise<string> {
    if (!this.#traffic.isThere) {
      throw new DefinitionError('this app has no traffic; give millrace dev a --companion that has some');
    }
    this.#traffic.perSecond = perSecond;
    this.#traffic.stopped = undefined;
    return Promise.resolve(perSecond === 0 ? 'the traffic stops' : `${perSecond} records a second are put`);
  }

  #streamOf(source: string): string {
    const stages = this.#pipelines.flatMap((pipeline) => pipeline.stages);
    const found = stages.find(({ id }) => id === source)?.streamName;
    if (found !== undefined) return found;
    throw new DefinitionError(
      `there is no source "${source}"; there is "${stages.map(({ id }) => id).join('", "')}"`,
    );
  }

  #knownStream(name: string): string {
    const names = this.#pipelines.flatMap(({ stages }) => stages.map(({ streamName }) => streamName));
    if (names.includes(name)) return name;
    throw new DefinitionError(`there is no stream "${name}"; there is "${names.join('", "')}"`);
  }

  /** Reads results and dead letters as they come, and compares from time to time. */
  async #follow(): Promise<void> {
    for (let round = 0; !this.#isClosed; round += 1) {
      try {
        if (round % CHECK_EVERY === 0) await this.#compare();
        await this.#readResults();
        await this.#readLetters();
      } catch (error) {
        this.#options.observations.problems.push({ at: Date.now(), text: messageOf(error) });
      }
      await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
    }
  }

  async #readResults(): Promise<void> {
    const { dynamodbStreams } = this.#options.session.platform;
    for (const { resultsTable } of this.#pipelines) {
      const follower =
        this.#followers.get(resultsTable) ??
        followTable(dynamodbStreams, resultsTable, (item) => this.#rows.onChange(item));
      this.#followers.set(resultsTable, follower);
      await follower.catchUp();
    }
  }

  async #readLetters(): Promise<void> {
    const { dynamodb } = this.#options.session.platform;
    const scans = this.#pipelines.map(({ deadLetterTable: TableName }) =>
      dynamodb.send(new ScanCommand({ TableName })),
    );
    this.#letters = (await Promise.all(scans)).flatMap(({ Items = [] }) => Items.map(fieldsOf));
  }

  async #compare(): Promise<void> {
    const { companion, observations } = this.#options;
    if (companion.check === undefined) return;
    const sources = this.#pipelines.flatMap(({ plan, stages }) =>
      stages.filter(({ id }) =>
        plan.stages.some((stage) => stage.id === id && stage.input.kind === 'source'),
      ),
    );
    // First how far it has got for certain, then what came out, then all that went in.
    const processed = Object.fromEntries(
      sources.map(({ id, streamName }) => [id, observations.positions(streamName)]),
    );
    await this.#readResults();
    const rows = this.#rows.all();
    const logs: Record<string, readonly ShardLog[]> = {};
    for (const { id, streamName } of sources) logs[id] = await this.#logOf(streamName)();
    this.#check = companion.check({ logs, processed, rows });
    this.#checks += 1;
  }

  #logOf(streamName: string): () => Promise<readonly ShardLog[]> {
    const known = this.#logs.get(streamName) ?? streamLog(this.#options.session.platform.kinesis, streamName);
    this.#logs.set(streamName, known);
    return known;
  }
}
