// Written by `python -m ops.web_types` from the OpenAPI document; do not edit.

/** The process answers. */
export interface Alive {
  status: string;
  version: string;
}

/** Where the items came from: one output of one run of a node. */
export interface Arrival {
  node: string;
  output?: number;
  run?: number;
}

/** An execution that was asked to start or stop. */
export interface Asked {
  execution: string;
  status: "started" | "stopping";
}

/** How far the engine is behind: records per topic, and the age of the oldest unfinished task. */
export interface Backlog {
  lags?: Lag[];
  oldestTaskSeconds?: number;
}

/** Where the person goes to allow it. */
export interface Begun {
  url: string;
}

/** A column and its ClickHouse type. */
export interface Column {
  name: string;
  type: string;
}

/** A text to complete. */
export interface CompleteBody {
  items?: Record<string, unknown>[];
  itemIndex?: number;
  runs?: Record<string, Record<string, unknown>[][]>;
  parameters?: Record<string, Record<string, unknown>>;
  source?: string | null;
  node?: string;
  workflow?: Record<string, unknown>;
  variables?: Record<string, unknown>;
  zone?: string;
  execution?: string | null;
  input?: Arrival | null;
  text: string;
  position: number;
}

/** One thing to write: its text, what it is, its type or an example, what it does. */
export interface Completion {
  label: string;
  kind: string;
  detail: string;
  doc: string;
}

/** What may be written, best first. */
export interface Completions {
  data: Completion[];
}

/** What to change. In ``data`` a secret that is `{"$secret": true}` stays as it is. */
export interface CredentialChange {
  name?: string | null;
  data?: Record<string, unknown> | null;
}

/** A credential; in ``data`` a secret shows as `{"$secret": true}`. ``connected`` is of OAuth types only. */
export interface CredentialDetail {
  id: string;
  name: string;
  type: string;
  revision: number;
  createdAt: number;
  updatedAt: number;
  data?: Record<string, unknown>;
  connected?: boolean | null;
}

/** Credentials, by name. */
export interface CredentialList {
  data: CredentialSummary[];
  nextCursor?: string | null;
}

/** A credential that nodes name: ``found`` is its id here; None where one has to be made. */
export interface CredentialReport {
  type: string;
  name: string;
  nodes: string[];
  known: boolean;
  found?: string | null;
}

/** A credential without its content. Times are epoch ms. */
export interface CredentialSummary {
  id: string;
  name: string;
  type: string;
  revision: number;
  createdAt: number;
  updatedAt: number;
}

/** A credential type: its fields as JSON Schema (secret ones are `writeOnly`), and what can be done with it. */
export interface CredentialTypeDetail {
  name: string;
  title: string;
  summary: string;
  fields: Record<string, unknown>;
  testable: boolean;
  oauth: boolean;
  signs: boolean;
}

/** Every credential type, by name. */
export interface CredentialTypeList {
  data: CredentialTypeDetail[];
}

/** A node run that is not the same: its outputs or error differ, or only one of both executions has it. ``before`` and ``after`` are hashes of the outputs, or the error's text. */
export interface Difference {
  node: string;
  run: number;
  kind: "added" | "error" | "missing" | "outputs" | "status";
  before?: string | null;
  after?: string | null;
}

/** One end of a connection: the target node, its input type and input index. */
export interface Edge {
  node: string;
  type?: string;
  index?: number;
  [key: string]: unknown;
}

/** How an execution ended: its status, its last node, that node's first output. */
export interface Ended {
  execution: string;
  status: "cancelled" | "error" | "running" | "success" | "waiting";
  node?: string | null;
  items?: Item[];
  error?: ErrorInfo | null;
}

/** An error as data: in events, history, replies and dead letters. */
export interface ErrorInfo {
  message: string;
  kind?: string;
  node?: string | null;
  field?: string | null;
  hint?: string | null;
  detail?: unknown;
}

/** An expression to evaluate. */
export interface EvaluateBody {
  items?: Record<string, unknown>[];
  itemIndex?: number;
  runs?: Record<string, Record<string, unknown>[][]>;
  parameters?: Record<string, Record<string, unknown>>;
  source?: string | null;
  node?: string;
  workflow?: Record<string, unknown>;
  variables?: Record<string, unknown>;
  zone?: string;
  execution?: string | null;
  input?: Arrival | null;
  expression: string;
}

/** An execution with its node runs, in order. */
export interface ExecutionDetail {
  id: string;
  workflow: string;
  version: string;
  status: "cancelled" | "error" | "running" | "success" | "waiting";
  mode: string;
  startedAt: number;
  finishedAt?: number | null;
  node?: string | null;
  runs?: number;
  error?: ErrorInfo | null;
  nodeRuns?: NodeRunDetail[];
}

/** A page of executions, newest first; ``nextCursor`` is null on the last one. */
export interface ExecutionPage {
  data: ExecutionSummary[];
  nextCursor: string | null;
}

/** One execution; times are epoch ms, ``runs`` counts node runs, ``node`` is where it began or, once over, ended. */
export interface ExecutionSummary {
  id: string;
  workflow: string;
  version: string;
  status: "cancelled" | "error" | "running" | "success" | "waiting";
  mode: string;
  startedAt: number;
  finishedAt?: number | null;
  node?: string | null;
  runs?: number;
  error?: ErrorInfo | null;
}

/** Where and how to go on from an execution. */
export interface ForkBody {
  node: string;
  items?: StartItem[] | null;
  version?: string | null;
  armed?: boolean;
}

/** The first workflow of what came in; ``others`` are those after it. */
export interface Import {
  report: Report;
  workflow?: WorkflowDetail | null;
  others?: Imported[];
}

/** What to import. */
export interface ImportBody {
  workflow: Record<string, unknown> | Record<string, unknown>[] | string;
  dryRun?: boolean;
  replace?: boolean;
  name?: string | null;
}

/** One workflow's report, and the workflow where it was made. */
export interface Imported {
  report: Report;
  workflow?: WorkflowDetail | null;
}

/** One record: JSON data, optional binary parts by name, and the input item(s) it came from. Nodes never change an item they were given; they make new ones. ``json`` holds JSON values only. ``binary`` maps a property name to ``{data | id, mimeType, fileName?, fileExtension?, fileSize?}``. ``paired`` is None where the origin is unknown. */
export interface Item {
  json: Record<string, unknown>;
  binary?: Record<string, unknown> | null;
  pairedItem?: number | (number | Paired)[] | Paired | null;
  error?: unknown;
}

/** A page of items in order; ``total`` counts all. ``kept`` is false where what was given is no longer there. */
export interface ItemPage {
  data: Record<string, unknown>[];
  total: number;
  kept?: boolean;
}

/** Records of a topic that a group has not yet worked off. */
export interface Lag {
  group: string;
  topic: string;
  behind: number;
}

/** How long executions took in ms, per stretch of time in which they began; null where none ended. */
export interface Latency {
  bucketSeconds: number;
  at: number[];
  p50: (number | null)[];
  p95: (number | null)[];
  p99: (number | null)[];
}

/** A dead letter with what it holds; ``redriven`` is the execution that it was driven again as. */
export interface LetterDetail {
  id: string;
  at: number;
  reason: string;
  topic: string;
  partition: number;
  offset: number;
  kind: "record" | "task";
  workflow?: string | null;
  node?: string | null;
  execution?: string | null;
  version?: string | null;
  items?: Item[] | null;
  raw?: string | null;
  redriven?: string | null;
}

/** A page of dead letters, newest first; ``nextCursor`` is null on the last one. */
export interface LetterPage {
  data: LetterSummary[];
  nextCursor: string | null;
}

/** Which letters to list. */
export interface LetterQuery {
  cursor?: string | null;
  limit?: number;
  workflow?: string | null;
  node?: string | null;
  reason?: string | null;
  from?: number | null;
  to?: number | null;
}

/** What to change of a letter before it is driven again. */
export interface LetterRedriveBody {
  items?: StartItem[] | null;
  value?: unknown;
  workflow?: string | null;
  version?: string | null;
  node?: string | null;
}

/** A dead letter: where it came from, why, and what it was for where that is known (``at``: epoch ms). ``kind`` is a task, or a record that was not understood. */
export interface LetterSummary {
  id: string;
  at: number;
  reason: string;
  topic: string;
  partition: number;
  offset: number;
  kind: "record" | "task";
  workflow?: string | null;
  node?: string | null;
  execution?: string | null;
}

/** Which letters to drive again, and how. */
export interface LettersRedriveBody {
  filter?: LetterQuery;
  version?: string | null;
  node?: string | null;
}

/** What to keep. An ``id`` is kept, so that workflows that name it find it. */
export interface NewCredential {
  id?: string | null;
  name: string;
  type: string;
  data?: Record<string, unknown>;
}

/** A box: a type, a version of it and parameters (only those that differ from the defaults). */
export interface Node {
  name: string;
  type: string;
  typeVersion?: number;
  id?: string | null;
  position?: number[];
  parameters?: Record<string, unknown>;
  credentials?: Record<string, unknown> | null;
  disabled?: boolean;
  onError?: "stopWorkflow" | "continueRegularOutput" | "continueErrorOutput" | null;
  continueOnFail?: boolean;
  retryOnFail?: boolean;
  maxTries?: number | null;
  waitBetweenTries?: number | null;
  retry?: Retry | null;
  timeout?: number | null;
  alwaysOutputData?: boolean;
  executeOnce?: boolean;
  [key: string]: unknown;
}

/** One node's runs; ``totalMs`` is the time of all of them, ``lastError`` what it failed with last. */
export interface NodeFigures {
  workflow: string;
  node: string;
  type: string;
  runs: number;
  failed: number;
  took: Percentiles;
  totalMs: number;
  lastError?: ErrorInfo | null;
}

/** Inputs and outputs of a node, or the problem that keeps them from being known. */
export interface NodePorts {
  inputs: number;
  outputs: string[];
  problem?: string | null;
}

/** Nodes in the order that was asked for. */
export interface NodeRanking {
  data: NodeFigures[];
}

/** What is to be known of one node. */
export interface NodeReport {
  node: string;
  type: string;
  status: "differs" | "missing" | "ok";
  notes: Note[];
}

/** One run of one node: items per output as ``outputs`` (null where they are no longer kept or not wanted). */
export interface NodeRunDetail {
  node: string;
  type: string;
  run: number;
  seq: number;
  status: string;
  startedAt: number;
  durationUs?: number;
  attempt?: number;
  counts?: number[];
  outputs?: unknown;
  sources?: unknown[];
  error?: ErrorInfo | null;
}

/** What a node type is called, what it takes and gives, and examples that are also its tests. */
export interface NodeSpec {
  name: string;
  title: string;
  summary: string;
  group: string;
  versions: number[];
  inputs: number | string;
  outputs: string[] | string;
  runs: "compute" | "effect" | "inline";
  trigger: string | null;
  parameters: Record<string, unknown>;
  examples: Record<string, unknown>[];
  doc?: string;
}

/** Every node type, by name. */
export interface NodeTypeList {
  data: NodeSpec[];
}

/** One thing to know; ``missing`` says that the node fails when it is reached. */
export interface Note {
  text: string;
  hint?: string | null;
  field?: string | null;
  missing?: boolean;
}

/** Executions that began in the window by how they ended, and how long those that ended took. */
export interface Overview {
  since: number;
  until: number;
  executions: number;
  running: number;
  success: number;
  error: number;
  cancelled: number;
  took: Percentiles;
}

/** Which input item made an output item. ``source`` is set where that input arrived in an earlier run of the node (loops): it came from there then. */
export interface Paired {
  item: number;
  input?: number;
  source?: Source | null;
}

/** Milliseconds, null where nothing was measured. */
export interface Percentiles {
  p50?: number | null;
  p95?: number | null;
  p99?: number | null;
}

/** Which nodes to say the ports of. */
export interface PortsBody {
  nodes: PortsNode[];
}

/** Ports of the nodes that were asked for, in the same order. */
export interface PortsList {
  data: NodePorts[];
}

/** A node as far as its ports depend on it. */
export interface PortsNode {
  type: string;
  typeVersion?: number;
  parameters?: Record<string, unknown>;
}

/** The members of a problem: RFC 9457's, and where the fault lies. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  workflow?: string | null;
  node?: string | null;
  field?: string | null;
  hint?: string | null;
  execution?: string | null;
  more?: unknown;
}

/** What to publish. */
export interface PublishBody {
  version?: string | null;
  message?: string | null;
}

/** A query in ClickHouse's SQL. */
export interface QueryBody {
  query: string;
  parameters?: Record<string, unknown>;
  limit?: number;
}

/** Whether work can be done, and which checks say so. */
export interface Readiness {
  ready: boolean;
  checks: Record<string, string>;
}

/** What to do again, and how. */
export interface RedriveBody {
  filter: RedriveFilter;
  version?: string | null;
  node?: string | null;
  start?: "failed" | "beginning";
  limit?: number;
  cursor?: string | null;
}

/** Which executions. */
export interface RedriveFilter {
  workflow?: string | null;
  status?: "running" | "waiting" | "success" | "error" | "cancelled";
  executions?: string[] | null;
  from?: number | null;
  to?: number | null;
  node?: string | null;
  text?: string | null;
}

/** What a re-drive started; ``skipped`` had been driven again before, or cannot be. ``nextCursor`` goes on where more matches than were asked for. */
export interface Redriven {
  redriven: number;
  skipped: number;
  executions: string[];
  nextCursor?: string | null;
}

/** How a replay compares: ``runs`` node runs were compared, ``same`` says that nothing differs. */
export interface Replayed {
  execution: string;
  same: boolean;
  runs: number;
  differences: Difference[];
}

/** What is to be known of a workflow. ``refused`` says why it cannot be imported at all. */
export interface Report {
  name: string;
  nodes: NodeReport[];
  credentials?: CredentialReport[];
  notes?: Note[];
  urls?: string[];
  refused?: ErrorInfo | null;
}

/** How a failed node is tried again, beyond n8n's fixed waits; times in ms. The waits begin with ``delay`` and double with each attempt up to ``maxDelay`` where the backoff is exponential; chance takes off a part of each, ``jitter`` at most. A target that says Retry-After is waited for. */
export interface Retry {
  maxTries?: number;
  backoff?: "fixed" | "exponential";
  delay?: number;
  maxDelay?: number;
  jitter?: number;
  [key: string]: unknown;
}

/** What to take over of an earlier execution. */
export interface Reuse {
  execution: string;
  dirty?: string[];
}

/** When a rollout is taken back by itself. */
export interface RollBackBody {
  minimum?: number;
  errorRate?: number | null;
  slower?: number | null;
  differing?: number | null;
}

/** When a rollout is taken back by itself, once ``minimum`` executions of its version have ended on a worker. ``error_rate`` is the share of them that failed, ``slower`` how many times as long as the published version's they took in the mean, ``differing`` the share of shadows that gave something else. */
export interface RollBackWhen {
  minimum?: number;
  errorRate?: number | null;
  slower?: number | null;
  differing?: number | null;
}

/** What to try, and how. */
export interface RolloutBody {
  kind: "canary" | "shadow";
  version: string;
  percent?: number;
  key?: string | null;
  rollbackWhen?: RollBackBody | null;
}

/** A rollout and how it does. One that has ended (``endedAt``) says why in ``reason``; times are epoch ms. */
export interface RolloutState {
  kind: "canary" | "shadow";
  version: string;
  percent: number;
  key: string | null;
  rollbackWhen: RollBackWhen | null;
  beganAt: number;
  endedAt: number | null;
  reason: string | null;
  published: SideState;
  tried: SideState;
  compared?: number;
  differing?: number;
  differences?: ShadowDifference[];
}

/** The rows of a query; ``truncated`` says that there were more than asked for. */
export interface Rows {
  columns: Column[];
  rows: unknown[][];
  truncated: boolean;
}

/** Workflow settings; an absent `executionOrder` means v0. */
export interface Settings {
  executionOrder?: "v0" | "v1" | "parallel";
  timezone?: string | null;
  errorWorkflow?: string | null;
  callerPolicy?: string | null;
  callerIds?: string | null;
  executionTimeout?: number | null;
  misfire?: "skip" | "once" | "all";
  [key: string]: unknown;
}

/** A shadow that gave something else than the execution that it followed. */
export interface ShadowDifference {
  execution: string;
  original: string;
  at: number;
  differences: Difference[];
}

/** What executions of one version came to since the rollout began; times in milliseconds. */
export interface SideState {
  version: string;
  executions?: number;
  succeeded?: number;
  failed?: number;
  meanMs?: number | null;
  p95Ms?: number | null;
}

/** Where the items on one input came from: node, its output index, its run index. */
export type Source = unknown[];

/** What to start, and how much of it. */
export interface StartBody {
  workflow: string;
  node?: string | null;
  items?: StartItem[] | null;
  version?: string | null;
  wait?: boolean;
  destination?: string | null;
  reuse?: Reuse | null;
  pinned?: Record<string, StartItem[]> | null;
  workflowBody?: Record<string, unknown> | null;
}

/** An item to begin with: ``{"json": {…}, "binary": {…}}``, or its JSON object alone. */
export interface StartItem {
  json?: Record<string, unknown>;
  binary?: Record<string, unknown> | null;
  [key: string]: unknown;
}

/** A tag, and how many workflows have it. */
export interface Tag {
  name: string;
  workflows: number;
}

/** All tags, by name. */
export interface Tags {
  data: Tag[];
}

/** Executions per stretch of time, by when they began; ``at`` has the beginning of each stretch. */
export interface Throughput {
  bucketSeconds: number;
  at: number[];
  executions: number[];
  success: number[];
  error: number[];
  cancelled: number[];
}

/** Whether a credential works, and what was said. */
export interface Trial {
  ok: boolean;
  message: string;
}

/** Where to try a credential. */
export interface TrialTarget {
  url?: string | null;
}

/** Fields to try without keeping them; ``id`` names the credential that hidden secrets are of. */
export interface UnsavedTrial {
  url?: string | null;
  id?: string | null;
  type: string;
  data?: Record<string, unknown>;
}

/** One place: a node of a workflow's draft, and which of its parameters (absent: its name or type). */
export interface Use {
  workflow: string;
  name: string;
  node: string;
  type: string;
  parameter?: string | null;
  excerpt?: string;
}

/** Places, the best workflows first. */
export interface Uses {
  data: Use[];
}

/** The value, with markers such as {"$undefined": true} for what JSON lacks; the tier that gave it. */
export interface Value {
  value: unknown;
  tier: string;
}

/** A variable. Times are epoch ms. */
export interface Variable {
  id: string;
  key: string;
  value: string;
  revision: number;
  createdAt: number;
  updatedAt: number;
}

/** A variable's key and value. */
export interface VariableBody {
  key: string;
  value?: string;
}

/** Every variable, by key. */
export interface VariableList {
  data: Variable[];
  nextCursor?: string | null;
}

/** A page of versions, newest first; ``nextCursor`` is null on the last one. */
export interface VersionPage {
  data: VersionSummary[];
  nextCursor: string | null;
}

/** A version without its nodes; times are epoch ms. ``publishedAt`` and ``message`` are of its last publication, where it is among the workflow's last fifty. */
export interface VersionSummary {
  id: string;
  createdAt: number;
  published: boolean;
  draft: boolean;
  nodes: number;
  publishedAt?: number | null;
  message?: string | null;
}

/** A named graph. Connections are keyed by the source node's *name* and its output type. */
export interface WorkflowBody {
  name?: string;
  nodes: Node[];
  connections?: Record<string, Record<string, (Edge[] | null)[]>>;
  settings?: Settings;
  pinData?: Record<string, unknown> | null;
  id?: string | null;
  active?: boolean | null;
  [key: string]: unknown;
}

/** A workflow with its draft in n8n's JSON format, and what of it differs or is missing. */
export interface WorkflowDetail {
  id: string;
  name: string;
  active: boolean;
  revision: number;
  versionId: string;
  createdAt: number;
  updatedAt: number;
  publishedVersionId?: string | null;
  tags?: string[];
  workflow?: Record<string, unknown>;
  problems?: ErrorInfo[];
}

/** One workflow's executions. */
export interface WorkflowFigures {
  workflow: string;
  executions: number;
  running: number;
  success: number;
  error: number;
  cancelled: number;
  took: Percentiles;
}

/** A page of workflows, newest first; ``nextCursor`` is null on the last one. */
export interface WorkflowPage {
  data: WorkflowSummary[];
  nextCursor: string | null;
}

/** What of a workflow to change besides its draft. */
export interface WorkflowPatch {
  tags: string[];
}

/** Workflows, the busiest first. */
export interface WorkflowRanking {
  data: WorkflowFigures[];
}

/** A workflow without its nodes. ``revision`` counts its changes; times are epoch ms. */
export interface WorkflowSummary {
  id: string;
  name: string;
  active: boolean;
  revision: number;
  versionId: string;
  createdAt: number;
  updatedAt: number;
  publishedVersionId?: string | null;
  tags?: string[];
}

/** One immutable version of a workflow. */
export interface WorkflowVersion {
  id: string;
  workflowId: string;
  createdAt: number;
  workflow: Record<string, unknown>;
  problems: ErrorInfo[];
}

/** Every operation: what it takes, and what it gives. */
export interface Operations {
  /** List workflows, newest first */
  "GET /api/v1/workflows": { query: { cursor?: string; limit?: number; active?: boolean; tag?: string; search?: string }; answer: WorkflowPage };
  /** Make a workflow */
  "POST /api/v1/workflows": { body: WorkflowBody; answer: WorkflowDetail };
  /** Read a workflow and its draft */
  "GET /api/v1/workflows/{workflow}": { path: { workflow: string }; answer: WorkflowDetail };
  /** Save a workflow's draft; what its triggers start stays as it was published */
  "PUT /api/v1/workflows/{workflow}": { path: { workflow: string }; body: WorkflowBody; answer: WorkflowDetail };
  /** Tag a workflow; neither its draft nor what its triggers start changes */
  "PATCH /api/v1/workflows/{workflow}": { path: { workflow: string }; body: WorkflowPatch; answer: WorkflowDetail };
  /** Remove a workflow; its executions keep the version they run on */
  "DELETE /api/v1/workflows/{workflow}": { path: { workflow: string }; answer: null };
  /** Publish the draft and start its triggers */
  "POST /api/v1/workflows/{workflow}/activate": { path: { workflow: string }; answer: WorkflowDetail };
  /** Stop a workflow's triggers */
  "POST /api/v1/workflows/{workflow}/deactivate": { path: { workflow: string }; answer: WorkflowDetail };
  /** List a workflow's versions, newest first */
  "GET /api/v1/workflows/{workflow}/versions": { path: { workflow: string }; query: { cursor?: string; limit?: number }; answer: VersionPage };
  /** Read one version of a workflow, also one that is no longer its draft */
  "GET /api/v1/workflows/{workflow}/versions/{version}": { path: { workflow: string; version: string }; answer: WorkflowVersion };
  /** Publish a version: the workflow's triggers start it from now on */
  "POST /api/v1/workflows/{workflow}/publish": { path: { workflow: string }; body: PublishBody; answer: WorkflowDetail };
  /** Publish an earlier version again; the draft stays as it is */
  "POST /api/v1/workflows/{workflow}/rollback": { path: { workflow: string }; body: RollBackBody; answer: WorkflowDetail };
  /** Read a workflow's rollout and how it does; the last one stays until there is another */
  "GET /api/v1/workflows/{workflow}/rollout": { path: { workflow: string }; answer: RolloutState };
  /** Try a version: for a part of the starts (canary), or beside all or some of them without effects (shadow) */
  "PUT /api/v1/workflows/{workflow}/rollout": { path: { workflow: string }; body: RolloutBody; answer: RolloutState };
  /** End a rollout: every start runs what is published */
  "DELETE /api/v1/workflows/{workflow}/rollout": { path: { workflow: string }; answer: RolloutState };
  /** Find where something is used: in names and types of nodes, in parameters and in code */
  "GET /api/v1/search": { query: { query: string; limit?: number }; answer: Uses };
  /** List the tags in use */
  "GET /api/v1/tags": { answer: Tags };
  /** Open the test URLs of a workflow's draft for as long as this answer is read */
  "POST /api/v1/workflows/{workflow}/listen": { path: { workflow: string }; answer: string };
  /** List dead letters, newest first */
  "GET /api/v1/dead-letters": { query: { cursor?: string; limit?: number; workflow?: string; node?: string; reason?: string; from?: number; to?: number }; answer: LetterPage };
  /** Drive all letters of a query again, each at most once; those that need more to be known are skipped */
  "POST /api/v1/dead-letters/redrive": { body: LettersRedriveBody; answer: Redriven };
  /** Read a dead letter with what it holds */
  "GET /api/v1/dead-letters/{letter}": { path: { letter: string }; answer: LetterDetail };
  /** Do a letter's work, as it was or mended; a letter is driven again at most once */
  "POST /api/v1/dead-letters/{letter}/redrive": { path: { letter: string }; body: LetterRedriveBody; answer: Asked };
  /** Do executions that failed again, each at most once, from the node that failed or from another place */
  "POST /api/v1/executions/redrive": { body: RedriveBody; answer: Redriven };
  /** Run an execution again from its record, with the outside answering as it did, and compare every node run */
  "POST /api/v1/executions/{execution}/replay": { path: { execution: string }; answer: Replayed };
  /** Go on from a node of an execution, with other data or another version; effects are not made unless armed */
  "POST /api/v1/executions/{execution}/fork": { path: { execution: string }; body: ForkBody; answer: Asked };
  /** List executions, newest first */
  "GET /api/v1/executions": { query: { cursor?: string; limit?: number; workflow?: string; status?: "running" | "waiting" | "success" | "error" | "cancelled"; from?: number; to?: number; node?: string; search?: string }; answer: ExecutionPage };
  /** Start an execution of a workflow's draft, of a version, or of an unsaved draft; whole or a part of it */
  "POST /api/v1/executions": { body: StartBody; answer: Asked | Ended };
  /** Read an execution and every node's output */
  "GET /api/v1/executions/{execution}": { path: { execution: string }; query: { outputs?: boolean }; answer: ExecutionDetail };
  /** Stop an execution that runs or waits */
  "POST /api/v1/executions/{execution}/stop": { path: { execution: string }; answer: Asked };
  /** Read a page of what a node gave */
  "GET /api/v1/executions/{execution}/items": { path: { execution: string }; query: { node: string; run?: number; output?: number; offset?: number; limit?: number; whole?: boolean }; answer: ItemPage };
  /** Read a file that an item carries */
  "GET /api/v1/executions/{execution}/file": { path: { execution: string }; query: { node: string; run?: number; output?: number; item?: number; name?: string }; answer: string };
  /** Evaluate an expression on given data, or on that of an execution; nothing is kept */
  "POST /api/v1/expressions/evaluate": { body: EvaluateBody; answer: Value };
  /** List what may be written at a place in an expression */
  "POST /api/v1/expressions/complete": { body: CompleteBody; answer: Completions };
  /** List node types with their parameters and examples */
  "GET /api/v1/node-types": { answer: NodeTypeList };
  /** Say which inputs and outputs nodes have, where that depends on their parameters */
  "POST /api/v1/node-types/ports": { body: PortsBody; answer: PortsList };
  /** Read one node type; n8n's package prefix is ignored */
  "GET /api/v1/node-types/{name}": { path: { name: string }; answer: NodeSpec };
  /** Ask the history of executions in SQL */
  "POST /api/v1/sql": { body: QueryBody; answer: Rows };
  /** Count executions by how they ended */
  "GET /api/v1/statistics/overview": { query: { from?: number; to?: number; workflow?: string }; answer: Overview };
  /** Count executions over time */
  "GET /api/v1/statistics/throughput": { query: { from?: number; to?: number; workflow?: string; bucket?: number }; answer: Throughput };
  /** Say how long executions took, over time */
  "GET /api/v1/statistics/latency": { query: { from?: number; to?: number; workflow?: string; bucket?: number }; answer: Latency };
  /** Rank workflows by how much they do */
  "GET /api/v1/statistics/workflows": { query: { from?: number; to?: number; workflow?: string; limit?: number }; answer: WorkflowRanking };
  /** Rank nodes by how slow they are, how often they fail or how much they do */
  "GET /api/v1/statistics/nodes": { query: { from?: number; to?: number; workflow?: string; limit?: number; order?: "slowest" | "failing" | "busiest" }; answer: NodeRanking };
  /** Say how far the engine is behind */
  "GET /api/v1/statistics/lag": { answer: Backlog };
  /** Say that the process answers */
  "GET /health": { answer: Alive };
  /** Say whether work can be done */
  "GET /ready": { answer: Readiness };
  /** Give all figures in Prometheus' text format */
  "GET /metrics": { answer: string };
  /** List credential types with their fields */
  "GET /api/v1/credential-types": { answer: CredentialTypeList };
  /** List credentials by name, without their content */
  "GET /api/v1/credentials": { query: { type?: string }; answer: CredentialList };
  /** Keep a credential, sealed */
  "POST /api/v1/credentials": { body: NewCredential; answer: CredentialDetail };
  /** Try fields before they are kept */
  "POST /api/v1/credentials/test": { body: UnsavedTrial; answer: Trial };
  /** Read a credential; its secrets are left out */
  "GET /api/v1/credentials/{credential}": { path: { credential: string }; answer: CredentialDetail };
  /** Change a credential's name or fields; a secret that is shown as hidden stays as it is */
  "PUT /api/v1/credentials/{credential}": { path: { credential: string }; body: CredentialChange; answer: CredentialDetail };
  /** Forget a credential; refused while workflows name it, unless by force */
  "DELETE /api/v1/credentials/{credential}": { path: { credential: string }; query: { force?: boolean }; answer: null };
  /** Try a credential */
  "POST /api/v1/credentials/{credential}/test": { path: { credential: string }; body: TrialTarget; answer: Trial };
  /** Begin to connect a credential: give the address at which a person allows it */
  "POST /api/v1/credentials/{credential}/oauth/start": { path: { credential: string }; answer: Begun };
  /** Finish: the service sends the person's browser here. Only what was begun here is taken */
  "GET /api/v1/oauth/callback": { answer: string };
  /** Import workflows, each with a report of what differs or is missing here; none of them is activated */
  "POST /api/v1/workflows/import": { body: ImportBody; answer: Import };
  /** Export a workflow's draft: as it came in where it was not changed, else written in the same way */
  "GET /api/v1/workflows/{workflow}/export": { path: { workflow: string }; answer: string };
  /** List variables by key */
  "GET /api/v1/variables": { answer: VariableList };
  /** Make a variable */
  "POST /api/v1/variables": { body: VariableBody; answer: Variable };
  /** Read a variable */
  "GET /api/v1/variables/{variable}": { path: { variable: string }; answer: Variable };
  /** Change a variable; executions see the new value from their next node on */
  "PUT /api/v1/variables/{variable}": { path: { variable: string }; body: VariableBody; answer: Variable };
  /** Forget a variable */
  "DELETE /api/v1/variables/{variable}": { path: { variable: string }; answer: null };
}
