/** The folder that keeps what is fetched, outside every checkout. */
export function cacheFolder(env?: NodeJS.ProcessEnv): string;
/** The path of a working uv; `say` hears one line when it has to be fetched. */
export function findUv(say?: (line: string) => void): string;
