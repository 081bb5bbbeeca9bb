import { whenIdle } from './idle.ts';

export type Wake = 'online' | 'offline' | 'visible' | 'hidden';

/** What the sync loop needs of the browser; tests bring their own clock, dice and network. */
export interface Platform {
	/** Wall clock in ms since 1970. It may jump: it is shown, never compared. */
	now(): number;
	/** From 0 to 1. */
	random(): number;
	/** Runs `task` once after `delay` ms; the result cancels it. */
	after(delay: number, task: () => void): () => void;
	/**
	 * Runs `task` once what is on screen is drawn and nothing else is to be done; the result cancels
	 * it.
	 */
	idle(task: () => void): () => void;
	online(): boolean;
	visible(): boolean;
	/** Calls `task` on every change of network or visibility; the result ends it. */
	watch(task: (wake: Wake) => void): () => void;
	/**
	 * Runs `work` while no other tab of this browser does. A holder that hangs (a frozen tab) is
	 * passed over after a while, so `work` must stay correct even if two overlap.
	 */
	exclusive<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
	/** A random UUID. */
	uuid(): string;
}

/** How long a tab may hold `exclusive` before the next one takes over, in ms. */
const PATIENCE = 60_000;

/** The real browser. Works without a secure context too (a phone on the local network). */
export function browser(): Platform {
	return {
		now: () => Date.now(),
		random: () => Math.random(),
		after: (delay, task) => {
			const timer = setTimeout(task, delay);
			return () => clearTimeout(timer);
		},
		idle: whenIdle,
		online: () => navigator.onLine,
		visible: () => document.visibilityState === 'visible',
		watch,
		exclusive,
		uuid
	};
}

function watch(task: (wake: Wake) => void): () => void {
	const ending = new AbortController();
	const { signal } = ending;
	addEventListener('online', () => task('online'), { signal });
	addEventListener('offline', () => task('offline'), { signal });
	document.addEventListener('visibilitychange', () => task(document.visibilityState), { signal });
	return () => ending.abort();
}

async function exclusive<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
	// Web Locks need a secure context; `work` is correct without them, only less economical.
	if (!('locks' in navigator)) return work();
	let working: Promise<T> | null = null;
	const begin = () => (working = work());
	const waiting = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
	try {
		await navigator.locks.request(name, { signal: waiting }, begin);
	} catch (error) {
		// Once begun, the work's own outcome counts, even if the lock was taken over since.
		if (working === null) {
			if (signal.aborted) throw error;
			await navigator.locks.request(name, { steal: true }, begin).catch(() => {});
		}
	}
	return working ?? work();
}

function uuid(): string {
	// crypto.randomUUID is missing outside secure contexts.
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	const hex = Array.from(bytes, (byte, index) => {
		const value = index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte;
		return value.toString(16).padStart(2, '0');
	}).join('');
	return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
