import { clearness, codev, troika, wiseCrowds } from './consultation.ts';
import { experienceReport, leanCoffee, roundTable } from './evening.ts';
import type { Format } from './format.ts';
import { mastermind, mastermindTwoCases } from './mastermind.ts';
import { groupMentoring, mentoring, mentoringExternal, reverseMentoring } from './mentoring.ts';

/** The formats that come with the app, in the order they are offered; the first is the default. */
export const builtin: readonly Format[] = [
	mastermind,
	mastermindTwoCases,
	wiseCrowds,
	codev,
	mentoring,
	mentoringExternal,
	reverseMentoring,
	groupMentoring,
	troika,
	clearness,
	leanCoffee,
	roundTable,
	experienceReport
];

/** The built-in format stored under a key; null when the key is a group's own or unknown. */
export function named(key: string): Format | null {
	return builtin.find((format) => format.key === key) ?? null;
}
