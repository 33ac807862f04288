export const trickyScenarios: Readonly<Record<string, object>>;
