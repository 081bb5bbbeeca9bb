import type { Format, Template } from './format.ts';

const topic = (rank: number): Template => ({
	kind: 'topic',
	label: { fr: `Sujet ${rank}`, en: `Topic ${rank}` },
	minutes: 5,
	least: 3,
	scope: 'once',
	speakers: 'everyone',
	rule: 'free'
});

/**
 * Topics chosen by vote, 5 min each; thumbs give a topic 2 min more, then 1. Nine of them fill the
 * hour when none is extended; extensions are taken from the last ones.
 */
export const leanCoffee: Format = {
	key: 'lean-coffee',
	name: { fr: 'Lean coffee', en: 'Lean coffee' },
	presenters: 0,
	templates: [
		{
			kind: 'write',
			label: { fr: 'Écriture des sujets', en: 'Writing topics' },
			minutes: 5,
			least: 3,
			scope: 'once',
			speakers: 'nobody',
			rule: 'silence'
		},
		{
			kind: 'pitch',
			label: { fr: 'Présentation et vote', en: 'Pitch and vote' },
			minutes: 5,
			least: 4,
			scope: 'once',
			speakers: 'everyone',
			rule: 'brief'
		},
		...[1, 2, 3, 4, 5, 6, 7, 8, 9].map(topic),
		{
			kind: 'actions',
			label: { fr: 'Engagements', en: 'Commitments' },
			minutes: 5,
			least: 3,
			scope: 'once',
			speakers: 'everyone',
			rule: 'one_each'
		}
	]
};

const opening: Template = {
	kind: 'opening',
	label: { fr: 'Ouverture', en: 'Opening' },
	minutes: 5,
	least: 3,
	scope: 'once',
	speakers: 'facilitator',
	rule: 'brief'
};

const discussion: Template = {
	kind: 'discussion',
	label: { fr: 'Discussion', en: 'Discussion' },
	minutes: 50,
	least: 30,
	scope: 'once',
	speakers: 'everyone',
	rule: 'experience'
};

const closing: Template = {
	kind: 'closing',
	label: { fr: 'Clôture', en: 'Close' },
	minutes: 5,
	least: 3,
	scope: 'once',
	speakers: 'facilitator',
	rule: 'brief'
};

/** A community evening on one question: a round in which each speaks once, then a discussion. */
export const roundTable: Format = {
	key: 'round-table',
	name: { fr: 'Table ronde', en: 'Round table' },
	presenters: 0,
	templates: [
		opening,
		{
			kind: 'round',
			label: { fr: 'Tour de table', en: 'Round' },
			minutes: 30,
			least: 20,
			scope: 'once',
			speakers: 'everyone',
			rule: 'one_each'
		},
		discussion,
		closing
	]
};

/** A community evening around what one person lived. Documented: a talk of 25 min; 90 in all. */
export const experienceReport: Format = {
	key: 'experience-report',
	name: { fr: 'Retour d’expérience', en: 'Experience report' },
	presenters: 1,
	templates: [
		opening,
		{
			kind: 'talk',
			label: { fr: 'Récit', en: 'Talk' },
			minutes: 25,
			least: 20,
			scope: 'presenter',
			speakers: 'presenter',
			rule: 'listen'
		},
		{ ...discussion, minutes: 55 },
		closing
	]
};
