/** The app: sign-in, or the frame with the page that the address names. */
import { ActionIcon, Loader, Tooltip } from "@mantine/core";
import { Suspense, lazy, useEffect } from "react";
import { useNodeTypes } from "../api/nodeTypes";
import { startTour, useTour } from "../tour/tour";
import { BeginningsModal } from "../workflows/Beginnings";
import { useBeginnings } from "../workflows/beginning";
import { create } from "../workflows/WorkflowsPage";
import WorkflowsPage from "../workflows/WorkflowsPage";
import { CommandPalette } from "./CommandPalette";
import { type Command, useCommands, useOffer } from "./commands";
import { Icon, type IconName } from "./icons";
import { Notices, fail } from "./notices";
import { usePreferences } from "./preferences";
import { type Route, go, href, useRoute } from "./route";
import { useScheme } from "./scheme";
import { useSession } from "./session";
import { SignIn } from "./SignIn";

const Editor = lazy(() => import("../canvas/Editor"));
const ExecutionsPage = lazy(() => import("../executions/ExecutionsPage"));
const DashboardsPage = lazy(() => import("../dashboards/DashboardsPage"));
const DeadLettersPage = lazy(() => import("../deadLetters/DeadLettersPage"));
const InDoubtPage = lazy(() => import("../inDoubt/InDoubtPage"));
const CredentialsPage = lazy(() => import("../credentials/CredentialsPage"));
const TablesPage = lazy(() => import("../tables/TablesPage"));
const VariablesPage = lazy(() => import("../variables/VariablesPage"));
const SettingsPage = lazy(() => import("../settings/SettingsPage"));
const Tour = lazy(() => import("../tour/Tour"));
const ComparePage = lazy(() => import("../versions/ComparePage"));
const SqlPage = lazy(() => import("../sql/SqlPage"));

export function App() {
  const token = useSession((state) => state.token);
  return (
    <>
      {token ? <Frame /> : <SignIn />}
      <Notices />
      <div id="announced" className="unseen" aria-live="polite" />
    </>
  );
}

function Frame() {
  const route = useRoute();
  const read = usePreferences((state) => state.read);
  const touring = useTour((state) => state.open);
  useOffer(appCommands);
  usePaletteKey();
  useEffect(() => {
    useNodeTypes.getState().load().catch(fail);
    usePreferences.getState().load().catch(fail);
  }, []);
  return (
    <div className="frame">
      <Rail page={route.page} />
      <main className="main">
        <Suspense fallback={<div className="page-note"><Loader size="sm" /></div>}>
          <Page key={read} route={route} />
        </Suspense>
      </main>
      <CommandPalette />
      <BeginningsModal />
      {touring && (
        <Suspense>
          <Tour />
        </Suspense>
      )}
    </div>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "workflows":
      return <WorkflowsPage />;
    case "editor":
      return <Editor workflow={route.workflow} node={route.node} />;
    case "execution":
      return <Editor workflow={route.workflow} execution={route.execution} />;
    case "compare":
      return <ComparePage workflow={route.workflow} from={route.from} to={route.to} />;
    case "executions":
      return <ExecutionsPage workflow={route.workflow} />;
    case "dashboards":
      return <DashboardsPage workflow={route.workflow} />;
    case "deadLetters":
      return <DeadLettersPage workflow={route.workflow} />;
    case "inDoubt":
      return <InDoubtPage workflow={route.workflow} />;
    case "credentials":
      return <CredentialsPage />;
    case "tables":
      return <TablesPage table={route.table} />;
    case "variables":
      return <VariablesPage />;
    case "sql":
      return <SqlPage />;
    case "settings":
      return <SettingsPage />;
  }
}

function Rail({ page }: { page: Route["page"] }) {
  const { dark, toggle } = useScheme();
  const signOut = useSession((state) => state.signOut);
  return (
    <nav className="rail" aria-label="Pages">
      <a className="brand" href={href({ page: "workflows" })} aria-label="Millrace">
        <Icon name="wheel" size={24} />
      </a>
      <Place to={{ page: "workflows" }} icon="flow" label="Workflows" here={page === "workflows" || page === "editor" || page === "compare"} />
      <Place to={{ page: "executions" }} icon="list" label="Executions" here={page === "executions" || page === "execution"} />
      <Place to={{ page: "deadLetters" }} icon="letter" label="Dead letters" here={page === "deadLetters"} />
      <Place to={{ page: "inDoubt" }} icon="doubt" label="In doubt" here={page === "inDoubt"} />
      <Place to={{ page: "dashboards" }} icon="chart" label="Dashboard" here={page === "dashboards"} />
      <Place to={{ page: "tables" }} icon="table" label="Data tables" here={page === "tables"} />
      <Place to={{ page: "sql" }} icon="data" label="SQL" here={page === "sql"} />
      <Place to={{ page: "credentials" }} icon="key" label="Credentials" here={page === "credentials"} />
      <Place to={{ page: "variables" }} icon="variable" label="Variables" here={page === "variables"} />
      <div className="bar-gap" />
      <Place to={{ page: "settings" }} icon="settings" label="Settings" here={page === "settings"} />
      <Deed icon={dark ? "sun" : "moon"} label={dark ? "Light colours" : "Dark colours"} run={toggle} />
      <Deed icon="signout" label="Sign out" run={() => signOut()} />
    </nav>
  );
}

function Place({ to, icon, label, here }: { to: Route; icon: IconName; label: string; here: boolean }) {
  return (
    <Tooltip label={label} position="right">
      <a className={`rail-place${here ? " rail-here" : ""}`} href={href(to)} aria-label={label} aria-current={here ? "page" : undefined}>
        <Icon name={icon} size={20} />
      </a>
    </Tooltip>
  );
}

function Deed({ icon, label, run }: { icon: IconName; label: string; run(): void }) {
  return (
    <Tooltip label={label} position="right">
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={run}>
        <Icon name={icon} size={19} />
      </ActionIcon>
    </Tooltip>
  );
}

function appCommands(): Command[] {
  return [
    { id: "workflows", label: "Go to workflows", icon: "flow", run: () => go({ page: "workflows" }) },
    { id: "all-executions", label: "Go to executions", icon: "list", run: () => go({ page: "executions" }) },
    { id: "dashboard", label: "Go to the dashboard", icon: "chart", run: () => go({ page: "dashboards" }) },
    { id: "sql", label: "Ask the history in SQL", icon: "data", run: () => go({ page: "sql" }) },
    { id: "dead-letters", label: "Go to dead letters", icon: "letter", run: () => go({ page: "deadLetters" }) },
    { id: "in-doubt", label: "Go to effects in doubt", icon: "doubt", run: () => go({ page: "inDoubt" }) },
    { id: "credentials", label: "Go to credentials", icon: "key", run: () => go({ page: "credentials" }) },
    { id: "tables", label: "Go to data tables", icon: "table", run: () => go({ page: "tables" }) },
    { id: "variables", label: "Go to variables", icon: "variable", run: () => go({ page: "variables" }) },
    { id: "settings", label: "Go to settings", icon: "settings", run: () => go({ page: "settings" }) },
    { id: "new", label: "New workflow", icon: "add", run: () => void create() },
    { id: "example", label: "New workflow from an example", icon: "apps", run: () => useBeginnings.setState({ open: true }) },
    { id: "tour", label: "Show me around", icon: "next", run: startTour },
    { id: "scheme", label: "Light or dark colours", icon: "moon", run: () => useScheme.getState().toggle() },
    { id: "sign-out", label: "Sign out", icon: "signout", run: () => useSession.getState().signOut() },
  ];
}

function usePaletteKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        useCommands.setState((state) => ({ open: !state.open }));
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
