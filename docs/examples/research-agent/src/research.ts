export interface ResearchRequest {
  question: string;
  /** So many times the model may ask for a tool. */
  maxToolCalls: number;
}

/** What the model wants next. */
export type Decision =
  { type: 'search'; query: string } | { type: 'read'; url: string } | { type: 'answer'; text: string };

/** What has been found out so far; the model sees all of it. */
export interface Finding {
  source: string;
  text: string;
}

export interface Review {
  approved: boolean;
  /** What to do better; goes to the model. */
  remark?: string;
}

export type ResearchState = 'thinking' | 'searching' | 'reading' | 'waiting for review' | 'done';

export interface ResearchReport {
  status: 'published' | 'refused' | 'not reviewed' | 'out of tool calls';
  answer?: string;
  sources: string[];
}
