import type { Format, Template } from './format.ts';

const opening: Template = {
	kind: 'opening',
	label: { fr: 'Ouverture, rappel de la charte', en: 'Opening, charter reminder' },
	minutes: 5,
	least: 3,
	scope: 'once',
	speakers: 'facilitator',
	rule: 'brief'
};

const followUp: Template = {
	kind: 'follow_up',
	label: { fr: 'Suivi des actions', en: 'Follow-up of actions' },
	minutes: 25,
	least: 15,
	scope: 'once',
	speakers: 'everyone',
	rule: 'brief'
};

const challenge: Template = {
	kind: 'challenge',
	label: { fr: 'Présentation du défi', en: 'Challenge presented' },
	minutes: 20,
	least: 15,
	scope: 'presenter',
	speakers: 'presenter',
	rule: 'listen'
};

const discussion: Template = {
	kind: 'discussion',
	label: { fr: 'Discussion', en: 'Discussion' },
	minutes: 40,
	least: 25,
	scope: 'presenter',
	speakers: 'everyone',
	rule: 'experience'
};

const takeaways: Template = {
	kind: 'takeaways',
	label: { fr: 'Ce que j’en retiens', en: 'What I take away' },
	minutes: 10,
	least: 5,
	scope: 'presenter',
	speakers: 'presenter',
	rule: 'listen'
};

const actions: Template = {
	kind: 'actions',
	label: { fr: 'Une action chacun', en: 'One action each' },
	minutes: 15,
	least: 8,
	scope: 'once',
	speakers: 'everyone',
	rule: 'one_each'
};

const closing: Template = {
	kind: 'closing',
	label: { fr: 'Clôture, prochains rôles', en: 'Close, next roles' },
	minutes: 5,
	least: 3,
	scope: 'once',
	speakers: 'everyone',
	rule: 'brief'
};

/** The monthly two hours. Documented: 20 min of challenge and 40 of discussion; the rest proposed. */
export const mastermind: Format = {
	key: 'mastermind',
	name: { fr: 'Mastermind', en: 'Mastermind' },
	presenters: 1,
	templates: [opening, followUp, challenge, discussion, takeaways, actions, closing]
};

/** Two shorter cases in the same two hours, so that the follow-up keeps its place. */
export const mastermindTwoCases: Format = {
	key: 'mastermind-two-cases',
	name: { fr: 'Mastermind, deux défis', en: 'Mastermind, two challenges' },
	presenters: 2,
	templates: [
		opening,
		{ ...followUp, minutes: 20 },
		{ ...challenge, minutes: 15, least: 10 },
		{ ...discussion, minutes: 27, least: 20 },
		{ ...actions, minutes: 8, least: 6 },
		{ ...closing, minutes: 3, least: 2 }
	]
};
