import * as z from 'zod/mini';
import type { Change } from '#lib/changes/change.ts';
import { eventOf } from '#lib/changes/events.ts';
import type { ActionEvent } from '#lib/changes/meaning.ts';
import type { Row } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';
import type { Operation } from '#lib/offline/outbox.ts';

type Event = Row<'action_events'>;

/** What a field held before and after; null: it did not change. */
type Moved = { from: string; to: string } | null;

/** One thing that happened to an action, or that a session said of it. */
export type Chapter = Pick<Event, 'id' | 'outcome' | 'choice' | 'line' | 'carries'> & {
	kind: ActionEvent;
	/** In ms since 1970; by this device's clock while it is `pending`. */
	at: number;
	/** Null: nobody in particular, or an account that is gone. */
	by: string | null;
	/** The session it was taken in, reviewed at or carried into; null: none, or one not visible. */
	session: Row<'sessions'> | null;
	/** There was a session, and the reader may not see it. */
	hidden: boolean;
	title: Moved;
	due: Moved;
	/** Said on this device and not yet sent. */
	pending: boolean;
};

/** A change of this device that waits to be sent. */
export type Waiting = Change & Pick<Operation, 'madeAt'>;

/** A chapter before its words are compared with those before it. */
type Page = Omit<Chapter, 'title' | 'due'> & { title: string | null; due: string | null };

/**
 * All that happened to an action, in the order of time: its events, the reviews of its sessions, and
 * what this device has not sent yet, last.
 */
export function history(
	view: View,
	action: Row<'actions'>,
	waiting: readonly Waiting[] = []
): Chapter[] {
	const events = view.action_events.filter(({ actionId }) => actionId === action.id);
	const reviews = view.reviews.filter(({ actionId }) => actionId === action.id);
	const [taken] = events.filter(({ kind }) => kind === 'taken');
	const place = placer(view);
	const unsent = waiting.find((operation) => {
		const read = z.safeParse(written, operation.args);
		return eventOf(operation) === 'taken' && read.success && read.data.id === action.id;
	});
	const first: Page = {
		...blank,
		...place(action.bornIn),
		id: action.id,
		kind: 'taken',
		at: taken?.at ?? unsent?.madeAt ?? action.createdAt,
		by: taken?.byId ?? null,
		pending: unsent !== undefined,
		title: taken?.title ?? null,
		due: taken?.dueOn ?? null
	};
	const later = [
		...events.filter(({ kind }) => kind !== 'taken').map((event) => ofEvent(event, place)),
		...reviews.map((review) => ofReview(review, place, waiting))
	];
	const own = waiting.flatMap((operation, at) => ofOperation(operation, action.id, at) ?? []);
	const pages = [...later, ...own].toSorted(
		(a, b) => Number(a.pending) - Number(b.pending) || a.at - b.at
	);
	return compared([first, ...pages]);
}

const blank = {
	by: null,
	session: null,
	hidden: false,
	outcome: null,
	choice: null,
	line: '',
	carries: 0,
	title: null,
	due: null,
	pending: false
};

type Placer = (id: string | null) => Pick<Chapter, 'session' | 'hidden'>;

function placer(view: View): Placer {
	const sessions = new Map(view.sessions.map((session) => [session.id, session]));
	return (id) => {
		const session = id === null ? null : (sessions.get(id) ?? null);
		return { session, hidden: id !== null && session === null };
	};
}

function ofEvent(event: Event, place: Placer): Page {
	const { id, kind, at, byId, outcome, choice, line, carries, title, dueOn } = event;
	const fields = { outcome, choice, line, carries, title, due: dueOn };
	return { ...fields, id, kind, at, by: byId, ...place(event.sessionId), pending: false };
}

function ofReview(review: Row<'reviews'>, place: Placer, waiting: readonly Waiting[]): Page {
	const { id, actionId, sessionId, outcome, line, reviewedBy, reviewedAt } = review;
	const unsent = waiting.findLast((operation) => {
		const read = z.safeParse(written, operation.args);
		const { action_id, session_id } = read.success ? read.data : {};
		return eventOf(operation) === 'reviewed' && action_id === actionId && session_id === sessionId;
	});
	return {
		...blank,
		...place(sessionId),
		id,
		kind: 'reviewed',
		outcome,
		line,
		at: unsent?.madeAt ?? reviewedAt,
		by: reviewedBy,
		pending: unsent !== undefined
	};
}

const outcome = z.enum(['done', 'partly', 'not_done', 'dropped']);
const changes = z.object({
	title: z.optional(z.string()),
	due_on: z.optional(z.string()),
	status: z.optional(z.enum(['open', 'done', 'dropped'])),
	outcome: z.optional(outcome),
	line: z.optional(z.string())
});
const written = z.object({
	id: z.optional(z.string()),
	action_id: z.optional(z.string()),
	session_id: z.optional(z.string()),
	choice: z.optional(z.enum(['do', 'reshape', 'drop'])),
	title: z.optional(z.string()),
	due_on: z.optional(z.string()),
	line: z.optional(z.string()),
	changes: z.optional(changes)
});

/** What a waiting change will say in the history; null: nothing, or nothing of this action. */
function ofOperation(operation: Waiting, action: string, at: number): Page | null {
	const read = z.safeParse(written, operation.args);
	if (!read.success || read.data.id !== action) return null;
	const { choice, changes: to = {}, ...own } = read.data;
	const page = { ...blank, id: `waiting ${at}`, at: operation.madeAt, pending: true };
	const kind = eventOf(operation);
	switch (kind) {
		case 'edited':
			return { ...page, kind, title: to.title ?? null, due: to.due_on ?? null };
		case 'told': {
			const over = to.status === 'open' ? null : to.status;
			return { ...page, kind, outcome: to.outcome ?? over ?? null, line: to.line ?? '' };
		}
		case 'reopened':
			return { ...page, kind };
		case 'decided': {
			const title = choice === 'reshape' ? (own.title ?? null) : null;
			const due = choice === 'drop' ? null : (own.due_on ?? null);
			return { ...page, kind, choice: choice ?? null, line: own.line ?? '', title, due };
		}
		default:
			return null;
	}
}

/** Says of each page what it changed of the words and the date that stood there before. */
function compared(pages: readonly Page[]): Chapter[] {
	let [title, due]: [string | null, string | null] = [null, null];
	return pages.map((page) => {
		const chapter = { ...page, title: moved(title, page.title), due: moved(due, page.due) };
		title = page.title ?? title;
		due = page.due ?? due;
		return chapter;
	});
}

function moved(from: string | null, to: string | null): Moved {
	return from === null || to === null || from === to ? null : { from, to };
}

/** Whether no session has spoken of an action: it was neither reviewed nor carried, ever. */
export function isErasable(view: View, { id, carries }: Row<'actions'>): boolean {
	const carried = view.action_events.some((it) => it.actionId === id && it.kind === 'carried');
	return carries === 0 && !carried && !view.reviews.some(({ actionId }) => actionId === id);
}
