// Before anything is drawn: light or dark, so that the page does not flash.
(function () {
  var chosen = localStorage.getItem("millrace.scheme");
  var dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
