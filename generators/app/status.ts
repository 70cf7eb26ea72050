import type { Request } from './request.ts';
export interface Status {
  command: 'status';
}
export async function repositoryStatus(_request: Request): Promise<Status> {
  return { command: 'status' };
}
