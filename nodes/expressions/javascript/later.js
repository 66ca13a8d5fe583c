// What few texts need (dates, hashes, JMESPath) is read on first use: an isolate is made for every run of a Code node.
'use strict';
const clockState = { now: 0, zone: 'UTC' };
const made = Object.create(null), build = Function; // kept from the code that could replace it
const DATE_NAMES = ['DateTime', 'Duration', 'Interval', 'Info', 'Settings'];
const piece = (name) => made[name] ??= build('clockState', 'plain', 'sorted', LATER[name])(clockState, plain, sorted);
const jmespath = () => piece('jmespath'), hashes = () => piece('hashes');
const dates = () => {
  if (made.dates === undefined) {
    const { prototype } = piece('dates').DateTime, own = Object.getOwnPropertyDescriptor(prototype, 'isWeekend');
    hidden(prototype, EXTENSIONS.dateTime);
    Object.defineProperty(prototype, 'isWeekend', own); // read without a call it is Luxon's
  }
  return made.dates;
};
const isA = (name, v) => made.dates !== undefined && v instanceof made.dates[name];
const isMoment = (v) => isA('DateTime', v);
for (const name of DATE_NAMES)
  Object.defineProperty(globalThis, name, { get: () => dates()[name], set: (value) => hidden(globalThis, { [name]: value }), configurable: true, enumerable: false });
