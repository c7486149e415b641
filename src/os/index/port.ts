/** What stands in an indexed source under a key. */
export type SourceDocument = {
  readonly key: string;
  readonly text: string;
  readonly title?: string;
  readonly tags?: readonly string[];
};

/** Which documents and events a search looks at. Absent members let everything through. */
export type RecallFilter = {
  readonly key_prefix?: string;
  /** All of them. Events have none. */
  readonly tags?: readonly string[];
  /** ISO 8601; both ends included: when it was written. */
  readonly since?: string;
  readonly until?: string;
  /** Written by a run of this skill. */
  readonly skill?: string;
  /** Type of event. Documents have none. */
  readonly type?: string;
};

export type RecallRequest = {
  /** Names of sources. One that does not exist is an empty one, and is said to be unknown. */
  readonly sources: readonly string[];
  /** Plain text. "What stands in double quotes" must occur as it is. */
  readonly query: string;
  readonly filter?: RecallFilter;
  /** Hits at most; 10 if absent, never more than {@link MAX_HITS}. */
  readonly k?: number;
};

/** Hits of one search at most. */
export const MAX_HITS = 50;

/** One passage of a document, or one event. */
export type Hit = {
  readonly source: string;
  /** Of an event: `<run>/<number>`, or `project/<number>`. */
  readonly key: string;
  readonly title?: string;
  /** Lines of the document, from 1, both ends included. */
  readonly lines?: { readonly from: number; readonly to: number };
  /** Greater is better. Comparable within one answer only: what it counts depends on what was searched. */
  readonly score: number;
  readonly text: string;
};

/** The answer to a search; the same for the same state of the store. */
export type Recalled = {
  readonly hits: readonly Hit[];
  /** How many documents or events each source holds. */
  readonly searched: Readonly<Record<string, number>>;
  /** Sources asked for that hold nothing. */
  readonly unknown?: readonly string[];
  /** What a reader of the hits must know, e.g. that embeddings failed. */
  readonly notes?: readonly string[];
};

/** A source as a list of them shows it. */
export type SourceSummary = {
  readonly source: string;
  /** Documents, or events. */
  readonly count: number;
  /** Bytes of their texts; of events, of the logs. */
  readonly bytes: number;
  /** When it was last written, ISO 8601. */
  readonly updated?: string;
};

/** A document as it stands, without its text. */
export type Standing = { readonly sha256: string; readonly title?: string; readonly tags: readonly string[] };

/** What one op may do with indexed sources: nothing outside `recall` and `index`. */
export type IndexGrant = {
  readonly run: string;
  readonly step: string;
  readonly recall: readonly string[];
  readonly index: readonly string[];
};

/** Indexed sources as an op sees them. */
export type IndexHandle = {
  /** @throws OpError for a filter that cannot be read, or when the index is busy. */
  recall(request: RecallRequest, signal: AbortSignal): Promise<Recalled>;
  /** What stands under keys of a source; all of it without keys. Keys under which nothing stands are absent. */
  standing(source: string, keys?: readonly string[]): ReadonlyMap<string, Standing>;
  /** Records documents, durably. */
  write(source: string, documents: readonly SourceDocument[]): Promise<void>;
  /** Records that documents are gone, durably; all of the source without keys. */
  drop(source: string, keys?: readonly string[]): Promise<void>;
  /** Whether the log holds what this very step was to record. */
  hasRecorded(): boolean;
};

/** Indexed sources for those who run ops. */
export type IndexPort = { handle(grant: IndexGrant): IndexHandle };
