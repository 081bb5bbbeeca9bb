import * as z from 'zod/mini';
import type { AccountExport } from '#lib/domain/account/export.ts';
import { choices, outcomes } from '#lib/domain/actions/action.ts';
import { goalStatuses, stages } from '#lib/domain/goals/goal.ts';
import { contributionKinds } from '#lib/domain/session/contribution.ts';
import type { Backend } from './backend.ts';

const text = z.string();
const moment = z.string();
const outcome = z.nullable(z.enum(outcomes));
const contribution = z.object({ kind: z.enum(contributionKinds), text, made_at: moment });

const exported = z.object({
	exported_at: moment,
	account: z.object({ email: z.nullable(text), name: text }),
	groups: z.array(
		z.object({
			id: text,
			name: z.nullable(text),
			joined_at: moment,
			left_at: z.nullable(moment)
		})
	),
	signatures: z.array(
		z.object({ group_id: text, charter_version: z.nullable(z.number()), signed_at: moment })
	),
	sessions: z.array(z.object({ group_id: text, starts_at: moment, time_zone: text })),
	goals: z.array(
		z.object({
			title: text,
			year: z.number(),
			quarter: z.nullable(z.number()),
			stage: z.nullable(z.enum(stages)),
			status: z.enum(goalStatuses),
			shared: z.boolean(),
			measure: text,
			means: text,
			reason: text,
			line: text
		})
	),
	actions: z.array(
		z.object({
			title: text,
			due_on: text,
			status: z.enum(['open', 'done', 'dropped']),
			outcome,
			line: text,
			carries: z.number(),
			history: z.array(
				z.object({
					kind: z.enum(['taken', 'edited', 'told', 'reopened', 'carried', 'decided']),
					at: moment,
					title: text,
					due_on: text,
					carries: z.number(),
					outcome,
					choice: z.nullable(z.enum(choices)),
					line: text
				})
			),
			reviews: z.array(z.object({ outcome: z.enum(outcomes), line: text, reviewed_at: moment }))
		})
	),
	challenges: z.array(
		z.object({
			starts_at: z.nullable(moment),
			question: text,
			context: text,
			tried: text,
			options: text,
			wanted: text,
			unwanted: text,
			notes: z.nullable(z.object({ body: text, takeaways: text })),
			contributions: z.array(contribution)
		})
	),
	contributions: z.array(contribution),
	breaches: z.array(z.object({ raised_at: moment, reason: text })),
	feedbacks: z.array(z.object({ starts_at: z.nullable(moment), plus: text, delta: text }))
});

/** All that is the member's: as the server says it, and as this version of the app reads it. */
export async function take(backend: Backend): Promise<{ answer: unknown; read: AccountExport }> {
	const answer = await backend.call('export_account', {});
	return { answer, read: exported.parse(answer) };
}
