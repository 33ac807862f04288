export const sdkVersions: readonly string[];
export const cacheFolder: string;
