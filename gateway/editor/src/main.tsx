/** The start of the app. */
import { MantineProvider, Modal, createTheme } from "@mantine/core";
import "@mantine/core/styles.css";
import { createRoot } from "react-dom/client";
import { App } from "./shell/App";
import { useScheme } from "./shell/scheme";
import "./shell/shell.css";

const theme = createTheme({
  primaryColor: "cyan",
  primaryShade: 9,
  // The greys of the dark scheme are those of the style sheet.
  colors: { dark: ["#e6eaee", "#c3cbd4", "#98a4b1", "#74808d", "#3c4651", "#2a323a", "#1e242b", "#171c21", "#12171b", "#101418"] },
  defaultRadius: "md",
  fontFamily: "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'JetBrains Mono', 'SF Mono', Menlo, Consolas, monospace",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: { Modal: Modal.extend({ defaultProps: { closeButtonProps: { "aria-label": "Close" } } }) },
});

function Root() {
  const dark = useScheme((state) => state.dark);
  return (
    <MantineProvider theme={theme} forceColorScheme={dark ? "dark" : "light"}>
      <App />
    </MantineProvider>
  );
}

createRoot(document.getElementById("root")!).render(<Root />);
