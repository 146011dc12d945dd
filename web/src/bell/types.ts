/** What `/api/bell/*` and `/api/assess/*` answer, as far as this screen reads it. */

export interface Arms { phi: number; mean_response: number; delay_cost: number; worn_cost: number; false_ring_cost: number; response_weighted_delay_weeks: number }
export interface Row {
  h: number; j: number; j_phi_0: number; arl0_weeks: number; add_weeks: number; false_per_year: number; years_between_false: number;
  p_within: number; p_missed: number; alarms_per_year: number; missed_per_year: number; arms: Arms; arms_phi_0: Arms;
}
export interface Curve {
  terms: Record<string, number>; illustrative: string[]; note: string; rows: Row[]; optimum: { phi: Row; phi_0: Row };
  near_best: { phi: [number, number]; phi_0: [number, number] };
}
export interface Position { name: string; prior: [number, number]; phi: [number, number]; cost_ratio: [number, number]; recovery: [number, number]; says: string; sources: string[]; note: string }
export interface Flip { coordinate: string; now: number; at: number | null; steps: number | null; to: string }
export interface View { position: Position; advice: string; advice_phi0: string; gain: [number, number]; prior_needed: [number, number]; flips: Flip[]; remark: string }
export interface Slice { position: string; across: string; up: string; held: Record<string, number>; boundary: [number, number][]; ring: [number, number][]; x: number[]; y: number[] }
export interface Believe { illustrative: boolean; views: View[]; says: string; fatigue: string; maps: Slice[] }
export interface Factor { factor: string; low: number; high: number; evidence: string[]; why: string; by: string }
export interface Near {
  id: string; title: string; date: string; states: string[]; consulted: string; level: number | null; outcome: string; source: { title: string; url: string };
  note: string; distance: number; least: number; most: number; compared: string[]; reasons_for: string[]; reasons_against: string[];
}
export interface Level { low: number; high: number; low_name: string; high_name: string; held: string[]; open: { rule: string; factor: string; needs: number }[] }
export interface Dissent { by?: string; author?: string; says?: string; date?: string; recorded_at?: string; [more: string]: unknown }
export interface Assessment {
  incident: string; title: string; not_said: string; notes: string[]; rules: { id: string; version: string; levels: string[] }; level: Level; level_with_own: Level;
  set_aside: string[]; factors: Factor[]; unknown: string[]; refused: unknown[]; nearest: { overall: Near[]; consulted: Near[]; not_consulted: Near[] };
  consistency: { comparable: number; clashes: unknown[]; response_unknown: string[]; factors_unknown: string[]; across: { why: string; p: number | null } }; dissent: Dissent[];
}
/** A revision of the register, as far as the sign-off needs it. */
export interface Revision { id: string; revision: number; state: string; author: string | null; signatures: { by?: string; [more: string]: unknown }[]; dissents: Dissent[]; incident: { what: string } }
