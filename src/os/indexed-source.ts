/** The source that is built in: the events of all logs. Nobody writes it or drops it. */
export const EVENTS = 'events';

/** Form of a source's name, as a JSON Schema pattern has it. */
export const SOURCE_NAME = '^[a-z0-9][a-z0-9_.-]{0,63}$';
