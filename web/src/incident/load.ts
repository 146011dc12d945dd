/** Which case an address means, and its view. */
import { get, Refusal } from '../lib/api';
import type { View } from './view';

interface Row {
  id: string;
  title: string;
  incident: string | null;
}

export interface Loaded {
  view: View;
  incident: string | null;
  history: Record<string, unknown>[];
}

/** An incident of the register that no case of this server is of. */
export class NoTrack extends Error {
  constructor(readonly incident: string) {
    super(`${incident} is in the register, and no case with a track is of it here.`);
  }
}

export async function load(id: string, signal: AbortSignal): Promise<Loaded> {
  const cases = (await get<{ cases: Row[] }>('/api/cases', signal)).cases;
  const row = cases.find((each) => each.id === id) ?? cases.find((each) => each.incident === id);
  if (!row) {
    try {
      await get(`/api/incidents/${encodeURIComponent(id)}`, signal);
    } catch (error) {
      if (error instanceof Refusal && error.status === 404) throw new Error(`There is no case and no incident ${id} on this server.`);
      throw error;
    }
    throw new NoTrack(id);
  }
  const [view, history] = await Promise.all([
    get<View>(`/api/cases/${encodeURIComponent(row.id)}/view`, signal),
    row.incident ? revisions(row.incident, signal) : Promise.resolve([]),
  ]);
  if (view.view !== 1) throw new Error(`This case was written for another version of the screen (${view.view}); run it again.`);
  return { view, incident: row.incident, history };
}

async function revisions(incident: string, signal: AbortSignal): Promise<Record<string, unknown>[]> {
  try {
    const told = await get<unknown>(`/api/incidents/${encodeURIComponent(incident)}/history`, signal);
    const rows = Array.isArray(told) ? told : ((told as Record<string, unknown>).history ?? (told as Record<string, unknown>).revisions);
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  } catch (error) {
    if (error instanceof Refusal) return []; // not for this reader: the case itself still is
    throw error;
  }
}
