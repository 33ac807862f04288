/** `sdkOnly`: uses what only Temporal's own client has. */
export const trickyScenarios: Readonly<Record<string, { readonly sdkOnly?: boolean }>>;
