import type { Step } from './scene.ts';

/** The step before this position that is not left out; null: it is the first. */
export function stepBefore(segments: readonly Step[], position: number): Step | null {
	return segments.findLast((step) => step.position < position && !step.dropped) ?? null;
}

/** Whether a step to come has lost its planned minutes, or some of them, and may have them back. */
export function isChanged(step: Step, current: Step | null): boolean {
	return step.position > (current?.position ?? -1) && step.minutes !== step.planned;
}

/** The minutes of every step by position, this one with those of the plan again. */
export function restored(segments: readonly Step[], position: number): number[] {
	return segments
		.toSorted((a, b) => a.position - b.position)
		.map((step) => (step.position === position ? step.planned : step.minutes));
}
