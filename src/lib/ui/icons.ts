/**
 * The one set of pictograms, named by what they mean here; beside each, what Lucide calls its drawing.
 * `npm run icons` draws them all into one file, static/icons.svg: the code of a page carries none.
 */
export const icons = {
	actions: 'check',
	add: 'plus',
	again: 'thumbs-up',
	back: 'chevron-left',
	calendar: 'calendar',
	close: 'x',
	copy: 'copy',
	down: 'chevron-down',
	download: 'download',
	edit: 'pencil',
	enough: 'thumbs-down',
	error: 'circle-alert',
	fullScreen: 'maximize',
	good: 'circle-check',
	hand: 'hand',
	hidden: 'eye-off',
	info: 'info',
	lock: 'lock',
	mail: 'mail',
	me: 'user-round',
	more: 'ellipsis',
	next: 'chevron-right',
	notes: 'notebook-pen',
	offline: 'cloud-off',
	pause: 'pause',
	pending: 'cloud-upload',
	place: 'map-pin',
	play: 'play',
	previous: 'skip-back',
	remove: 'minus',
	screen: 'monitor',
	settings: 'settings-2',
	share: 'share',
	signal: 'message-circle-warning',
	signOut: 'log-out',
	skip: 'skip-forward',
	swap: 'arrow-left-right',
	today: 'clock',
	trash: 'trash-2',
	undo: 'undo-2',
	up: 'chevron-up',
	visible: 'eye',
	warning: 'triangle-alert'
} as const;

/** `group` is drawn here: Lucide has people, but no circle of equals. */
export type IconName = keyof typeof icons | 'group';
