import type { Outcome } from '#lib/domain/actions/action.ts';
import type { GoalStatus, Stage } from '#lib/domain/goals/goal.ts';
import type { ContributionKind } from '#lib/domain/session/contribution.ts';

/** What a member exports: all that is theirs, as `export_account` says it. Moments are ISO texts. */
export interface AccountExport {
	exported_at: string;
	account: { email: string | null; name: string };
	/** Without a name: one they left. */
	groups: { id: string; name: string | null; joined_at: string; left_at: string | null }[];
	signatures: { group_id: string; charter_version: number | null; signed_at: string }[];
	/** Those they took part in. */
	sessions: { group_id: string; starts_at: string; time_zone: string }[];
	goals: {
		title: string;
		year: number;
		quarter: number | null;
		stage: Stage | null;
		measure: string;
		means: string;
		reason: string;
		shared: boolean;
		status: GoalStatus;
		line: string;
	}[];
	actions: {
		title: string;
		due_on: string;
		status: 'open' | 'done' | 'dropped';
		outcome: Outcome | null;
		line: string;
		carries: number;
		history: {
			kind: 'taken' | 'edited' | 'told' | 'reopened' | 'carried' | 'decided';
			at: string;
			title: string;
			due_on: string;
			carries: number;
			outcome: Outcome | null;
			choice: 'do' | 'reshape' | 'drop' | null;
			line: string;
		}[];
		reviews: { outcome: Outcome; line: string; reviewed_at: string }[];
	}[];
	challenges: {
		starts_at: string | null;
		question: string;
		context: string;
		tried: string;
		options: string;
		wanted: string;
		unwanted: string;
		/** Theirs once the session is over. */
		notes: { body: string; takeaways: string } | null;
		contributions: Contribution[];
	}[];
	contributions: Contribution[];
	/** Breaches they raised. */
	breaches: { raised_at: string; reason: string }[];
	feedbacks: { starts_at: string | null; plus: string; delta: string }[];
}

export interface Contribution {
	kind: ContributionKind;
	text: string;
	made_at: string;
}
