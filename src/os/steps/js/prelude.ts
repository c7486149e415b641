import { MAX_DEPTH } from '../../json.ts';

/**
 * What runs in the engine before any module of a skill: it takes the clock away, replaces `Math.random`, and returns
 * the functions by which the host calls, reads and explains. They hold on to the built-ins they need, so that nothing a
 * module does to a prototype or a global changes what they say.
 *
 *  - `seed(state)`: where the numbers of `Math.random` begin, 32 bits.
 *  - `kinds(exports)`: JSON of the type of each export, by name.
 *  - `call(exports, name, input)`: what the export returns for the input, which is JSON.
 *  - `text(value)`: `J` and JSON, or `F` and what in the value is not JSON, and where. Each property is read once.
 *  - `explain(error)`: JSON of `[name, message, stack]` of something thrown; the name is empty when it is no error.
 */
export const PRELUDE = `(function () {
  'use strict';
  let state = 0;
  const { keys, getPrototypeOf, defineProperty, prototype: plain } = Object;
  const { isArray } = Array;
  const { parse, stringify: quote } = JSON;
  const { isFinite } = Number;
  const { construct } = Reflect;
  const { imul } = Math;
  const slice = Function.prototype.call.bind(String.prototype.slice);

  const noClock = () => {
    throw new TypeError('a step has no clock; let the time come in with the input: new Date(ms)');
  };
  const Clock = Date;
  const StepDate = function Date(...parts) {
    if (new.target === undefined || parts.length === 0) noClock();
    return construct(Clock, parts, new.target);
  };
  const set = (target, key, value) => defineProperty(target, key, { value, writable: true, configurable: true });
  StepDate.prototype = Clock.prototype;
  set(StepDate, 'length', 7);
  set(StepDate, 'UTC', Clock.UTC);
  set(StepDate, 'parse', Clock.parse);
  set(StepDate, 'now', noClock);
  set(Clock.prototype, 'constructor', StepDate);
  set(globalThis, 'Date', StepDate);

  set(Math, 'random', function random() {
    state = (state + 0x6d2b79f5) | 0;
    let t = imul(state ^ (state >>> 15), state | 1);
    t ^= t + imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  });

  const UNFIT = {};
  let unfit = '';
  const refuse = (what, at) => {
    let path = '';
    for (let place = at; place.up !== null; place = place.up) path = path === '' ? place.key : place.key + '.' + path;
    unfit = path === '' ? what : what + ' at ' + quote(path);
    throw UNFIT;
  };
  const className = (value) => {
    const made = getPrototypeOf(value).constructor;
    return typeof made === 'function' && typeof made.name === 'string' && made.name !== '' ? made.name : 'class';
  };
  const write = (value, at) => {
    if (typeof value === 'string') return quote(value);
    if (value === null || value === true || value === false) return '' + value;
    if (typeof value === 'number') return isFinite(value) ? '' + value : refuse('' + value, at);
    if (typeof value === 'undefined') return refuse('undefined', at);
    if (typeof value !== 'object') return refuse('a ' + typeof value, at);
    for (let place = at.up; place !== null; place = place.up) {
      if (place.value === value) return refuse('an object that contains itself', at);
    }
    if (at.depth >= ${MAX_DEPTH}) return refuse('more than ${MAX_DEPTH} levels', at);
    at.value = value;
    const below = { up: at, key: '', value: null, depth: at.depth + 1 };
    let text = '';
    if (isArray(value)) {
      for (let i = 0; i < value.length; i++) {
        below.key = '' + i;
        text += (i === 0 ? '' : ',') + write(value[i], below);
      }
      return '[' + text + ']';
    }
    const kind = getPrototypeOf(value);
    if (kind !== plain && kind !== null) return refuse('an instance of ' + className(value), at);
    const names = keys(value);
    for (let i = 0; i < names.length; i++) {
      const key = names[i];
      const member = value[key];
      if (typeof member === 'undefined') continue;
      if (key === '__proto__') return refuse('a key "__proto__"', at);
      below.key = key;
      text += (text === '' ? '' : ',') + quote(key) + ':' + write(member, below);
    }
    return '{' + text + '}';
  };

  return {
    seed(given) {
      state = given | 0;
    },
    kinds(exports) {
      const names = keys(exports);
      let text = '';
      for (let i = 0; i < names.length; i++) {
        text += (i === 0 ? '' : ',') + quote(names[i]) + ':' + quote(typeof exports[names[i]]);
      }
      return '{' + text + '}';
    },
    call(exports, name, input) {
      const named = exports[name];
      return named(parse(input));
    },
    text(value) {
      try {
        return 'J' + write(value, { up: null, key: '', value: null, depth: 0 });
      } catch (error) {
        if (error === UNFIT) return 'F' + unfit;
        throw error;
      }
    },
    explain(error) {
      const parts = (name, message, stack) => '[' + quote(name) + ',' + quote(message) + ',' + quote(stack) + ']';
      if (typeof error === 'string') return parts('', quote(slice(error, 0, 1000)), '');
      if (typeof error === 'symbol') return parts('', 'a symbol', '');
      if (error === null || (typeof error !== 'object' && typeof error !== 'function')) {
        return parts('', '' + error, '');
      }
      const read = (key) => {
        const value = error[key];
        return typeof value === 'string' ? slice(value, 0, 4000) : '';
      };
      const name = read('name');
      const message = read('message');
      const stack = read('stack');
      return name === '' && message === '' ? parts('', 'something that is no Error', stack) : parts(name, message, stack);
    },
  };
})()`;

/** Functions of the prelude. */
export const TOOLS = ['seed', 'kinds', 'call', 'text', 'explain'] as const;
export type Tool = (typeof TOOLS)[number];
