// Before anything is drawn: light or dark, so that the page does not flash.
(function () {
  var colours;
  try {
    colours = JSON.parse(localStorage.getItem("millrace.preferences") || "{}").colours;
  } catch (_) {
    // what is kept there is only a copy
  }
  var dark = colours === "dark" || (colours !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
