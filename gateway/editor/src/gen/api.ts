// Written by `make editor-types` from the OpenAPI document; do not edit.

/** The process answers. */
export interface Alive {
  status: string;
  version: string;
}

/** An execution that was asked to start or stop. */
export interface Asked {
  execution: string;
  status: "started" | "stopping";
}

/** A column and its ClickHouse type. */
export interface Column {
  name: string;
  type: string;
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

/** One record: JSON data, optional binary parts by name, and the input item(s) it came from. Nodes never change an item they were given; they make new ones. ``json`` holds JSON values only. ``binary`` maps a property name to ``{data | id, mimeType, fileName?, fileExtension?, fileSize?}``. ``paired`` is None where the origin is unknown. */
export interface Item {
  json: Record<string, unknown>;
  binary?: Record<string, unknown> | null;
  pairedItem?: number | (number | Paired)[] | Paired | null;
  error?: unknown;
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
  alwaysOutputData?: boolean;
  executeOnce?: boolean;
  [key: string]: unknown;
}

/** Ports of one node: how many inputs, its outputs' names; ``problem`` says why they are not known. */
export interface NodePorts {
  inputs: number;
  outputs: string[];
  problem?: string | null;
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
  examples: (Record<string, unknown>)[];
  doc?: string;
}

/** Every node type, by name. */
export interface NodeTypeList {
  data: NodeSpec[];
}

/** Which input item made an output item. ``source`` is set where that input arrived in an earlier run of the node (loops): it came from there then. */
export interface Paired {
  item: number;
  input?: number;
  source?: Source | null;
}

/** Nodes to give the ports of. */
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

/** A query in ClickHouse's SQL. */
export interface QueryBody {
  /** One SELECT. */
  query: string;
  /** Values of its {name:Type} parameters. */
  parameters?: Record<string, unknown>;
  /** At most so many rows. */
  limit?: number;
}

/** Whether work can be done, and which checks say so. */
export interface Readiness {
  ready: boolean;
  checks: Record<string, string>;
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
  executionTimeout?: number | null;
  [key: string]: unknown;
}

/** Where the items on one input came from: node, its output index, its run index. */
export type Source = unknown[];

/** What to start: a workflow's draft or a version of it, at its trigger or at ``node``. */
export interface StartBody {
  /** Id of the workflow. */
  workflow: string;
  /** Name of the node to begin at; else where a manual start begins. */
  node?: string | null;
  /** Output of that node; absent: the node runs. */
  items?: StartItem[] | null;
  /** Version to run; else the draft. */
  version?: string | null;
  /** Answer when the execution has ended. */
  wait?: boolean;
}

/** An item to begin with: ``{"json": {…}, "binary": {…}}``, or its JSON object alone. */
export interface StartItem {
  json?: Record<string, unknown>;
  binary?: Record<string, unknown> | null;
  [key: string]: unknown;
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

/** A page of workflows, newest first; ``nextCursor`` is null on the last one. */
export interface WorkflowPage {
  data: WorkflowSummary[];
  nextCursor: string | null;
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

/** Every operation: what it takes, and what it gives by status. */
export interface Operations {
  /** List workflows, newest first */
  "GET /api/v1/workflows": { query: { cursor?: string; limit?: number; active?: boolean; search?: string }; answer: WorkflowPage };
  /** Make a workflow */
  "POST /api/v1/workflows": { body: WorkflowBody; answer: WorkflowDetail };
  /** Read a workflow and its draft */
  "GET /api/v1/workflows/{workflow}": { path: { workflow: string }; answer: WorkflowDetail };
  /** Replace a workflow's draft; an active workflow publishes it at once */
  "PUT /api/v1/workflows/{workflow}": { path: { workflow: string }; body: WorkflowBody; answer: WorkflowDetail };
  /** Remove a workflow; its executions keep the version they run on */
  "DELETE /api/v1/workflows/{workflow}": { path: { workflow: string }; answer: null };
  /** Publish the draft and start its triggers */
  "POST /api/v1/workflows/{workflow}/activate": { path: { workflow: string }; answer: WorkflowDetail };
  /** Stop a workflow's triggers */
  "POST /api/v1/workflows/{workflow}/deactivate": { path: { workflow: string }; answer: WorkflowDetail };
  /** Read one version of a workflow, also one that is no longer its draft */
  "GET /api/v1/workflows/{workflow}/versions/{version}": { path: { workflow: string; version: string }; answer: WorkflowVersion };
  /** Open the test URLs of a workflow's draft for as long as this answer is read */
  "POST /api/v1/workflows/{workflow}/listen": { path: { workflow: string }; answer: string };
  /** List executions, newest first */
  "GET /api/v1/executions": { query: { cursor?: string; limit?: number; workflow?: string; status?: "running" | "waiting" | "success" | "error" | "cancelled" }; answer: ExecutionPage };
  /** Start an execution of a workflow's draft, or of a version */
  "POST /api/v1/executions": { body: StartBody; answer: Asked | Ended };
  /** Read an execution and every node's output */
  "GET /api/v1/executions/{execution}": { path: { execution: string }; query: { outputs?: boolean }; answer: ExecutionDetail };
  /** Stop an execution that runs or waits */
  "POST /api/v1/executions/{execution}/stop": { path: { execution: string }; answer: Asked };
  /** List node types with their parameters and examples */
  "GET /api/v1/node-types": { answer: NodeTypeList };
  /** Say which inputs and outputs nodes have, where that depends on their parameters */
  "POST /api/v1/node-types/ports": { body: PortsBody; answer: PortsList };
  /** Read one node type; n8n's package prefix is ignored */
  "GET /api/v1/node-types/{name}": { path: { name: string }; answer: NodeSpec };
  /** Ask the history of executions in SQL */
  "POST /api/v1/sql": { body: QueryBody; answer: Rows };
  /** Say that the process answers */
  "GET /health": { answer: Alive };
  /** Say whether work can be done */
  "GET /ready": { answer: Readiness };
  /** Give all figures in Prometheus' text format */
  "GET /metrics": { answer: string };
}
