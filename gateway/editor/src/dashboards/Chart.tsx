/** A chart over time. Its colours come from the style sheet, so it is drawn anew when light and dark change places. */
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { day, time, zone } from "../shell/formats";
import { useScheme } from "../shell/scheme";

export interface Line {
  label: string;
  /** Name of a colour of the style sheet, like `--good`. */
  colour: string;
  values: readonly (number | null)[];
  /** Fills what lies below. */
  filled?: boolean;
}

interface Props {
  title: string;
  /** Epoch ms. */
  at: readonly number[];
  lines: readonly Line[];
  /** Writes a value. */
  text(value: number): string;
}

const HEIGHT = 190;
const DAY_SECONDS = 86_400;

export function Chart({ title, at, lines, text }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const dark = useScheme((state) => state.dark);
  const shape = lines.map((line) => `${line.label} ${line.colour}`).join();
  const data = [at.map((each) => each / 1000), ...lines.map((line) => [...line.values])] as uPlot.AlignedData;
  const latest = useRef(data);
  latest.current = data;

  useEffect(() => {
    const here = place.current!;
    // The colours of the other scheme are in force once the attribute has changed.
    const frame = requestAnimationFrame(() => {
      plot.current = new uPlot(options(here.clientWidth, lines, text), latest.current, here);
    });
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: here.clientWidth, height: HEIGHT }));
    observer.observe(here);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [dark, shape]);

  useEffect(() => plot.current?.setData(latest.current), [at, lines]);

  return (
    <figure className="chart">
      <figcaption>
        {title}
        {lines.map((line) => (
          <span key={line.label} className="chart-key">
            <i style={{ background: `var(${line.colour})` }} />
            {line.label}
          </span>
        ))}
      </figcaption>
      <div ref={place} role="img" aria-label={summary(title, lines, text)} />
    </figure>
  );
}

function options(width: number, lines: readonly Line[], text: (value: number) => string): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour("--ink-soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui" };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: { y: { range: (_, __, most) => [0, Math.max(most * 1.1, 1)] } },
    tzDate: (seconds) => (zone() ? uPlot.tzDate(new Date(1000 * seconds), zone()!) : new Date(1000 * seconds)),
    axes: [{ ...axis, values: (_, splits, __, ___, step) => splits.map((at) => (step >= DAY_SECONDS ? day : time)(1000 * at)) }, { ...axis, size: 62, values: (_, splits) => splits.map(text) }],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.label,
        stroke: colour(line.colour),
        width: 2,
        fill: line.filled ? `${colour(line.colour)}22` : undefined,
        points: { size: 5 },
        spanGaps: true,
      })),
    ],
  };
}

/** Says what the chart shows, for who does not see it. */
function summary(title: string, lines: readonly Line[], text: (value: number) => string): string {
  const facts = lines.map((line) => {
    const known = line.values.filter((value): value is number => value !== null);
    if (known.length === 0) return `${line.label}: nothing`;
    return `${line.label}: last ${text(known.at(-1)!)}, most ${text(Math.max(...known))}`;
  });
  return `${title}. ${facts.join("; ")}`;
}
