import { type View, viewer } from '#lib/data/view.ts';

/** Rows as the server sends them, with what a test does not care about filled in. */
type Columns = Record<string, unknown>;

export const GROUP = 'g';

export function person(id: string, name = id): Columns {
	return { id, name, language: 'fr' };
}

export function membership(member: string, joined = '2026-01-01T00:00:00Z'): Columns {
	return {
		id: `m-${member}`,
		group_id: GROUP,
		member_id: member,
		joined_at: joined,
		left_at: null
	};
}

export function session(id: string, columns: Columns = {}): Columns {
	const roles = { facilitator_id: null, scribe_id: null, host_id: null };
	return {
		...{ id, group_id: GROUP, starts_at: '2026-10-22T16:30:00Z', time_zone: 'Europe/Paris' },
		...{ place: '', format: 'mastermind', length_minutes: 120, status: 'planned', version: 1 },
		...{ ...roles, started_at: null, closed_at: null },
		...columns
	};
}

export function challenge(id: string, columns: Columns = {}): Columns {
	return {
		...{ id, group_id: GROUP, session_id: 's', presenter_id: 'a', position: 0, question: '' },
		...{ context: '', tried: '', options: '', wanted: '', unwanted: '', need: 'decide' },
		...{ tags: [], keep: 'present', version: 1 },
		...columns
	};
}

export function action(id: string, columns: Columns = {}): Columns {
	return {
		...{ id, group_id: GROUP, owner_id: 'a', title: id, due_on: '2026-11-26', status: 'open' },
		...{ born_in: null, due_in: null, carries: 0, version: 1 },
		created_at: '2026-10-01T00:00:00Z',
		...columns
	};
}

/** A view of exactly these rows, read as the app reads them. */
export function viewOf(tables: Record<string, Columns[]>): View {
	return viewer()(tables);
}

/** A group of these people, who have been there from the start. */
export function groupOf(ids: readonly string[], tables: Record<string, Columns[]> = {}): View {
	return viewOf({
		profiles: ids.map((id) => person(id)),
		memberships: ids.map((id) => membership(id)),
		...tables
	});
}
