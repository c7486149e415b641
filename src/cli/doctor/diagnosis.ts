/** What one check found, and what to do when it is not well. */
export type Diagnosis = {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly says: string;
  readonly next?: string;
};
