import type { Row } from '#lib/data/rows.ts';
import { limits } from '#lib/domain/limits.ts';

export type ChallengeField =
	'question' | 'context' | 'tried' | 'options' | 'wanted' | 'unwanted' | 'need' | 'tags' | 'keep';

/** What a field of a challenge holds. */
export type Field = string | string[];

export const proses = ['context', 'tried', 'options', 'wanted', 'unwanted'] as const;

/** The fields in the order of the page. */
export const fields: readonly ChallengeField[] = ['question', ...proses, 'need', 'tags', 'keep'];

export const needs = ['decide', 'understand', 'be_challenged', 'be_heard'] as const;

/** The five tensions of the role: landmarks, never a score. */
export const tags = [
	'technical_organisational',
	'expert_leader',
	'team_company',
	'autonomy_coherence',
	'long_term_urgency'
] as const;

/** The most characters the server takes in a field of text. */
export function limitOf(field: ChallengeField): number {
	return field === 'question' ? limits.question : limits.prose;
}

export function fieldValue(challenge: Row<'challenges'>, field: ChallengeField): Field {
	return challenge[field];
}
