/** Who is signed in, and what the server says of itself. */
import { get, send, useCsrf, type Session } from './api';

export const here: { session: Session | null; failed: string } = $state({ session: null, failed: '' });

export async function refresh(): Promise<void> {
  try {
    here.session = await get<Session>('/api/session');
    useCsrf(here.session.csrf);
    here.failed = '';
  } catch (error) {
    here.failed = error instanceof Error ? error.message : String(error);
  }
}

export async function signIn(name: string, password: string): Promise<void> {
  await send('POST', '/api/session', { name, password });
  await refresh();
}

export async function signOut(): Promise<void> {
  await send('DELETE', '/api/session');
  await refresh();
}
