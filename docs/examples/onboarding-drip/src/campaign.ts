export interface User {
  id: string;
  email: string;
}

export interface Mail {
  template: string;
  /** The wait since the mail before; none for the first. */
  after?: '1 day' | '3 days' | '7 days';
  /** Left out once the user has done it. */
  unless?: Milestone;
}

export type Milestone = 'profile completed' | 'colleague invited' | 'paid';

export const campaign: readonly Mail[] = [
  { template: 'welcome' },
  { template: 'complete your profile', after: '1 day', unless: 'profile completed' },
  { template: 'invite a colleague', after: '3 days', unless: 'colleague invited' },
  { template: 'your trial ends soon', after: '7 days', unless: 'paid' },
];

export interface OnboardingResult {
  sent: string[];
  end: 'campaign over' | 'customer' | 'unsubscribed';
}
