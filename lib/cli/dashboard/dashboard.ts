import { paginateScan } from '@aws-sdk/client-dynamodb';
import { messageOf } from '../../model/index.ts';
import type { DevSession } from '../dev/session.ts';
import type { DevPipeline } from '../dev/dev-app.ts';
import { parseAction } from './action.ts';
import type { CheckResult, Companion } from './companion.ts';
import type { FaultSwitch } from './fault-switch.ts';
import { followTable, type TableFollower } from './follow-table.ts';
import { journalSize, type JournalSize } from './journal-size.ts';
import type { Mishaps } from './mishaps.ts';
import type { Observations } from './observations.ts';
import { perform } from './perform.ts';
import { fieldsOf, ResultRows, type Shown } from './result-rows.ts';
import { placeOfSource, sourcePlaces } from './source-place.ts';
import { startDashboard, type DashboardServer, type Topic } from './server.ts';
import { streamLog, type ShardLog } from './stream-log.ts';
import { Traffic } from './traffic.ts';

export interface DashboardOptions {
  readonly session: DevSession;
  readonly observations: Observations;
  readonly faults: FaultSwitch;
  readonly mishaps: Mishaps;
  readonly companion: Companion;
  /** How many records of the traffic an earlier run has put. */
  readonly sent: number;
  /** 0 takes a free one. */
  readonly port: number;
}

const FOLLOW_MS = 400;
const CHECK_EVERY = 3;
const SHOWN_ROWS = 400;

export interface OpenDashboard extends DashboardServer {
  /** How many records the traffic has put. */
  readonly sent: number;
}

/** The dashboard of a running app: watches it, shows it, and lets it be broken. */
export async function openDashboard(options: DashboardOptions): Promise<OpenDashboard> {
  const dashboard = new Dashboard(options);
  const server = await startDashboard(dashboard, options.port).catch(async (error: unknown) => {
    await dashboard.close();
    throw error;
  });
  return {
    url: server.url,
    get sent() {
      return dashboard.sent;
    },
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
  #check: (CheckResult & { readonly at: number }) | undefined;
  #inspections = 0;
  #journals: readonly JournalSize[] = [];
  #example: { readonly source: string; readonly key: string; readonly text: string } | undefined;
  #isClosed = false;
  readonly #following: Promise<void>;

  constructor(options: DashboardOptions) {
    this.#options = options;
    const { session, companion } = options;
    this.#traffic = new Traffic(
      session.platform,
      (source) => placeOfSource(this.#pipelines, source),
      companion,
      options.sent,
    );
    for (const { source, partitionKey, value } of companion.traffic?.() ?? []) {
      this.#example = { source, key: partitionKey, text: JSON.stringify(value, undefined, 2) };
      break;
    }
    this.#following = this.#follow();
  }

  get sent(): number {
    return this.#traffic.sent;
  }

  topics(): readonly Topic[] {
    const now = Date.now();
    const { app } = this.#options.session;
    return [
      { name: 'app', version: app?.fingerprint ?? 'none', data: () => this.#app() },
      { name: 'now', version: now, data: () => this.#now(now) },
      { name: 'results', version: this.#rows.version, data: () => this.#rows.newest(SHOWN_ROWS) },
      { name: 'letters', version: this.#letters.length, data: () => this.#letters },
      { name: 'check', version: this.#inspections, data: () => this.#check ?? null },
      { name: 'journal', version: this.#inspections, data: () => this.#journals },
    ];
  }

  async act(body: unknown): Promise<string> {
    const { session, faults, mishaps, observations } = this.#options;
    const done = await perform(parseAction(body), { session, faults, mishaps, traffic: this.#traffic });
    observations.tell(Date.now(), 'news', done);
    return done;
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
    const { observations, faults, mishaps, session } = this.#options;
    const sandboxes = session.deployment?.functions.flatMap((fn) => fn.sandboxes) ?? [];
    return {
      now,
      totals: observations.totals,
      rates: observations.rates(now),
      shards: observations.shards(now),
      incidents: observations.incidents,
      sandboxes: sandboxes.map(({ id, status, isFrozen }) => ({ id, status, isFrozen })),
      fault: faults.kind,
      armed: mishaps.armed,
      traffic: {
        perSecond: this.#traffic.perSecond,
        sent: this.#traffic.sent,
        stopped: this.#traffic.stopped,
      },
    };
  }

  /** Reads results and dead letters as they come, and compares from time to time. */
  async #follow(): Promise<void> {
    for (let round = 0; !this.#isClosed; round += 1) {
      try {
        if (round % CHECK_EVERY === 0) await this.#inspect();
        await this.#readResults();
        await this.#readLetters();
      } catch (error) {
        this.#options.observations.tell(Date.now(), 'problem', messageOf(error));
      }
      await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
    }
  }

  async #readResults(): Promise<void> {
    const { dynamodb, dynamodbStreams } = this.#options.session.platform;
    for (const { resultsTable: TableName } of this.#pipelines) {
      const known = this.#followers.get(TableName);
      const follower = known ?? followTable(dynamodbStreams, TableName, (item) => this.#rows.onChange(item));
      await follower.catchUp();
      this.#followers.set(TableName, follower);
      if (known !== undefined) continue;
      for await (const { Items = [] } of paginateScan({ client: dynamodb }, { TableName })) {
        for (const item of Items) this.#rows.onFound(item);
      }
    }
  }

  async #readLetters(): Promise<void> {
    const { dynamodb: client } = this.#options.session.platform;
    const letters: Readonly<Record<string, Shown>>[] = [];
    for (const { deadLetterTable: TableName } of this.#pipelines) {
      for await (const { Items = [] } of paginateScan({ client }, { TableName }))
        letters.push(...Items.map(fieldsOf));
    }
    this.#letters = letters;
  }

  /** What takes longer. */
  async #inspect(): Promise<void> {
    const { dynamodb } = this.#options.session.platform;
    this.#journals = await Promise.all(
      this.#pipelines.map(({ journalTable }) => journalSize(dynamodb, journalTable)),
    );
    await this.#compare();
    this.#inspections += 1;
  }

  async #compare(): Promise<void> {
    const { companion, observations } = this.#options;
    if (companion.check === undefined) return;
    const sources = sourcePlaces(this.#pipelines).filter(({ kind }) => kind === 'stream');
    // First how far it has got for certain, then what came out, then all that went in.
    const processed = Object.fromEntries(
      sources.map(({ source, name }) => [source, observations.positions(name)]),
    );
    await this.#readResults();
    const rows = this.#rows.all();
    const logs: Record<string, readonly ShardLog[]> = {};
    for (const { source, name } of sources) logs[source] = await this.#logOf(name)();
    this.#check = { at: Date.now(), ...companion.check({ logs, processed, rows }) };
  }

  #logOf(streamName: string): () => Promise<readonly ShardLog[]> {
    const known = this.#logs.get(streamName) ?? streamLog(this.#options.session.platform.kinesis, streamName);
    this.#logs.set(streamName, known);
    return known;
  }
}
