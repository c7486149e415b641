import { isObject } from '../json.ts';

const PLACEHOLDER = /\[secret:[\w.:-]{1,160}\]/;

/** Whether a string of a value, or a key, holds what stands for a secret that was taken out. */
export function holdsPlaceholder(value: unknown): boolean {
  if (typeof value === 'string') return PLACEHOLDER.test(value);
  if (Array.isArray(value)) return value.some(holdsPlaceholder);
  return (
    isObject(value) && Object.entries(value).some(([key, member]) => PLACEHOLDER.test(key) || holdsPlaceholder(member))
  );
}
