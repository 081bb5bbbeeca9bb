import type { Row } from '#lib/data/rows.ts';
import type { Change } from './change.ts';
import type { Kind } from './kinds.ts';

/**
 * What a member means to write: one operation, applied on the screen at once (pending.ts), kept on
 * disk, sent by the sync and applied by `apply_ops` in the database. Its texts are cleaned, so that
 * the device shows exactly what the server will keep.
 */
export interface Intent extends Change {
	readonly kind: Kind;
	readonly args: Record<string, unknown>;
	/** What the member saw of the fields they change. */
	readonly base: Record<string, unknown> | null;
}

/** Ticks an action off or opens it again, without a word. The latest one wins: no base. */
export function setStatus(action: Row<'actions'>, status: Row<'actions'>['status']): Intent {
	return { kind: 'action.settle', args: { id: action.id, changes: { status } }, base: null };
}
