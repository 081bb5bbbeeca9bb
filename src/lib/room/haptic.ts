import type { Cue } from './cues.ts';

/** Milliseconds of vibration and of rest in turn. */
const PATTERNS: Readonly<Record<Cue, number[]>> = { minute: [120], end: [200, 160, 200] };

/** Vibrates; never while the page is hidden or under prefers-reduced-motion. */
export function vibrate(cue: Cue): void {
	if (!('vibrate' in navigator) || document.visibilityState !== 'visible') return;
	if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
	navigator.vibrate(PATTERNS[cue]);
}
