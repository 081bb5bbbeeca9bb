import type { Cue } from './cues.ts';

/** Milliseconds of trembling and of rest in turn. */
const PATTERNS: Readonly<Record<Cue, number[]>> = { minute: [120], end: [200, 160, 200] };

/**
 * Lets the phone tremble, where it can: never for a page out of sight, nor for who asked for less
 * movement.
 */
export function tremble(cue: Cue): void {
	if (!('vibrate' in navigator) || document.visibilityState !== 'visible') return;
	if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
	navigator.vibrate(PATTERNS[cue]);
}
