/** Formats: how numbers and times are written, in the language and time zone that somebody chose. */

interface Formats {
  number: Intl.NumberFormat;
  moment: Intl.DateTimeFormat;
  time: Intl.DateTimeFormat;
  day: Intl.DateTimeFormat;
  zone: string | undefined;
}

let formats = made(undefined, undefined);

function made(language: string | undefined, zone: string | undefined): Formats {
  const clock = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
  return {
    number: new Intl.NumberFormat(language),
    moment: clock({ dateStyle: "medium", timeStyle: "medium" }),
    time: clock({ hour: "2-digit", minute: "2-digit" }),
    day: clock({ day: "numeric", month: "short" }),
    zone,
  };
}

/** Writes in this language and zone from now on; what is empty, or unknown to this browser, is the browser's. */
export function writeIn(language: string, zone: string): void {
  try {
    formats = made(language || undefined, zone || undefined);
  } catch {
    formats = made(undefined, undefined);
  }
}

export const count = (value: number): string => formats.number.format(value);
/** A date with its time, to the second. */
export const moment = (at: number): string => formats.moment.format(at);
/** Hours and minutes. */
export const time = (at: number): string => formats.time.format(at);
export const day = (at: number): string => formats.day.format(at);
/** The chosen time zone, undefined for the browser's. */
export const zone = (): string | undefined => formats.zone;
