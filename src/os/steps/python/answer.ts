import { posix } from 'node:path';
import { isObject, type Json, type JsonObject, MAX_DEPTH, parseJson } from '../../json.ts';
import type { SandboxEnd } from '../../sandbox/port.ts';
import { didYouMean, listed } from '../../suggest.ts';
import { shortened, WHOLE } from '../shortened.ts';
import { PYTHON_LIMITS, type PythonCall, type PythonEnd, type PythonFault } from './port.ts';

export type PythonFailed = Extract<PythonEnd, { ok: false }>;

export function failed(code: PythonFault, message: string): PythonFailed {
  return { ok: false, code, message: shortened(message, WHOLE) };
}

/** A source by the name people see in messages: `steps/rank.py`, or `stats.py` for one beside `steps/`. */
export function shownModule(module: string): string {
  return posix.join('steps', module);
}

const megabytes = (bytes: number): string => `${bytes / 1024 / 1024} MB`;

/** Signals by which the kernel ends what used up its processor time. */
const OUT_OF_TIME: readonly string[] = ['SIGXCPU', 'SIGKILL'];

/**
 * What the end of the interpreter means for the call. What it wrote is checked as anything from outside: that it can be
 * trusted does not depend on what ran beside the untrusted code.
 */
export function endOf(end: SandboxEnd, call: PythonCall): PythonEnd {
  const place = shownModule(call.module);
  if (end.status === 'stopped' && end.why === 'time') return tooSlow(call);
  if (end.status === 'stopped') return failed('python_output', `${place} writes more than it may return`);
  if (end.status === 'signalled' && OUT_OF_TIME.includes(end.signal)) return tooSlow(call);
  const said = end.stderr.toString('utf8');
  const text = end.stdout.toString('utf8');
  const answered = end.status === 'exited' && end.code === 0;
  if (answered && text.startsWith('V')) return returned(text.slice(1), call);
  const fault = answered && text.startsWith('F') ? parseJson(text.slice(1)) : undefined;
  if (fault?.ok && isObject(fault.value)) return faultOf(fault.value as JsonObject, call);
  if (/\bMemoryError\b/.test(said)) return outOfMemory(place);
  const how = end.status === 'signalled' ? `was ended by ${end.signal}` : `ended (exit ${end.code}) without a result`;
  const last = said.trimEnd().split('\n').at(-1) ?? '';
  return failed('python_error', `${place}: Python ${how}${last === '' ? '' : `: ${shortened(last)}`}`);
}

function tooSlow({ module, seconds }: PythonCall): PythonFailed {
  return failed('python_timeout', `${shownModule(module)} takes longer than ${seconds} s`);
}

function outOfMemory(place: string): PythonFailed {
  return failed('python_memory', `${place} needs more than ${megabytes(PYTHON_LIMITS.memoryBytes)} of memory`);
}

function returned(text: string, { module, function: name }: PythonCall): PythonEnd {
  const parsed = parseJson(text);
  if (parsed.ok) return { ok: true, value: parsed.value };
  return failed('python_output', `${name} of ${shownModule(module)} returned what is not JSON: ${parsed.message}`);
}

/** A fault as the driver tells it. */
function faultOf(fault: JsonObject, call: PythonCall): PythonFailed {
  const module = shownModule(call.module);
  const who = `${call.function} of ${module}`;
  const text = (key: string): string => (typeof fault[key] === 'string' ? fault[key] : '');
  switch (fault.code) {
    case 'raised':
      return failed('python_error', raised(text, call));
    case 'memory':
      return outOfMemory(text('place') || module);
    case 'missing':
      return failed('python_error', missing(fault.names, call));
    case 'no_function':
      return failed('python_error', `"${call.function}" of ${module} is no function`);
    case 'nothing':
      return failed('python_output', `${who} returned nothing`);
    case 'deep':
      return failed('python_output', `${who} returned what is nested deeper than ${MAX_DEPTH} levels`);
    case 'large': {
      const most = PYTHON_LIMITS.outputBytes;
      return failed('python_output', `${who} returned ${Number(fault.bytes)} bytes of JSON; ${most} at most`);
    }
    case 'value': {
      const where = text('path') === '' ? '' : ` at ${shortened(text('path').replace(/^\./, ''))}`;
      const what = shortened(text('what'));
      return failed('python_output', `${who} returned ${what}${where}, which an artifact cannot hold`);
    }
    default:
      return failed('python_error', `${module}: the interpreter answered what cannot be read`);
  }
}

function raised(text: (key: string) => string, { module, modules }: PythonCall): string {
  const place = shortened(text('place') || shownModule(module));
  const name = shortened(text('name') || 'an error');
  const message = shortened(text('message'));
  const said = `${name} at ${place}${message === '' ? '' : `: ${message}`}`;
  const absent = text('missing');
  if (absent === '') return said;
  if (Object.hasOwn(modules, `${absent}.py`)) return `${said}; write "from .${absent} import …" or "from . import"`;
  return `${said}; a step has Python’s standard library and the files of steps/, and no other package`;
}

function missing(names: Json | undefined, { module, function: name }: PythonCall): string {
  const known = Array.isArray(names) ? names.filter((each) => typeof each === 'string') : [];
  const has = known.length === 0 ? 'it has none' : `it has ${listed(known)}${didYouMean(name, known)}`;
  return `${shownModule(module)} has no function "${name}"; ${has}`;
}
