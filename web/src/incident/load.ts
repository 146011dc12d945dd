/** Which case an address means, and its view. */
import { get, Refusal } from '../lib/api';
import type { View } from './view';

interface Row {
  id: string;
  title: string;
  incident: string | null;
}

/** One revision of the incident in the register, as `/api/incidents/{id}/history` tells it. */
export interface Revision {
  revision: number;
  state: string;
  action: string;
  author: string | null;
  reason: string | null;
  recorded_at: string;
  content_sha256: string;
}

export interface Loaded {
  view: View;
  incident: string | null;
  history: Revision[];
  alike: string; // the query of the register's exports that holds the incident: its state, domain and year
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
  const [view, [history, alike]] = await Promise.all([
    get<View>(`/api/cases/${encodeURIComponent(row.id)}/view`, signal),
    row.incident ? register(row.incident, signal) : Promise.resolve([[], ''] as [Revision[], string]),
  ]);
  if (view.view !== 1) throw new Error(`This case was written for another version of the screen (${view.view}); run it again.`);
  return { view, incident: row.incident, history, alike };
}

async function register(incident: string, signal: AbortSignal): Promise<[Revision[], string]> {
  const path = `/api/incidents/${encodeURIComponent(incident)}`;
  try {
    const [told, one] = await Promise.all([
      get<{ revisions: Revision[] }>(`${path}/history`, signal),
      get<{ incident: { domain?: string; states?: string[]; when?: { begin?: string } } }>(path, signal),
    ]);
    const { domain, states, when } = one.incident;
    const query = new URLSearchParams();
    if (states?.[0]) query.set('state', states[0]);
    if (domain) query.set('domain', domain);
    if (when?.begin) query.set('year', when.begin.slice(0, 4));
    return [told.revisions, query.toString()];
  } catch (error) {
    if (error instanceof Refusal) return [[], '']; // not for this reader: the case itself still is
    throw error;
  }
}
