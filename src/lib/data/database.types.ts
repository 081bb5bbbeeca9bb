export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
	public: {
		Tables: {
			action_events: {
				Row: {
					action_id: string;
					at: string;
					by_id: string | null;
					carries: number;
					choice: string | null;
					due_on: string;
					group_id: string;
					id: string;
					kind: string;
					line: string;
					outcome: string | null;
					session_id: string | null;
					title: string;
				};
				ComputedFields: never;
				Insert: {
					action_id: string;
					at?: string;
					by_id?: string | null;
					carries: number;
					choice?: string | null;
					due_on: string;
					group_id: string;
					id?: string;
					kind: string;
					line?: string;
					outcome?: string | null;
					session_id?: string | null;
					title: string;
				};
				Update: {
					action_id?: string;
					at?: string;
					by_id?: string | null;
					carries?: number;
					choice?: string | null;
					due_on?: string;
					group_id?: string;
					id?: string;
					kind?: string;
					line?: string;
					outcome?: string | null;
					session_id?: string | null;
					title?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'action_events_action_id_fkey';
						columns: ['action_id'];
						isOneToOne: false;
						referencedRelation: 'actions';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'action_events_by_id_fkey';
						columns: ['by_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'action_events_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'action_events_session_id_fkey';
						columns: ['session_id'];
						isOneToOne: false;
						referencedRelation: 'sessions';
						referencedColumns: ['id'];
					}
				];
			};
			actions: {
				Row: {
					born_in: string | null;
					carries: number;
					created_at: string;
					decided_carries: number;
					due_in: string | null;
					due_on: string;
					goal_id: string | null;
					group_id: string;
					id: string;
					line: string;
					outcome: string | null;
					owner_id: string;
					partner_id: string | null;
					rank: number | null;
					removed_at: string | null;
					status: string;
					title: string;
					updated_at: string;
					version: number;
				};
				ComputedFields: never;
				Insert: {
					born_in?: string | null;
					carries?: number;
					created_at?: string;
					decided_carries?: number;
					due_in?: string | null;
					due_on: string;
					goal_id?: string | null;
					group_id: string;
					id: string;
					line?: string;
					outcome?: string | null;
					owner_id: string;
					partner_id?: string | null;
					rank?: number | null;
					removed_at?: string | null;
					status?: string;
					title: string;
					updated_at?: string;
					version?: number;
				};
				Update: {
					born_in?: string | null;
					carries?: number;
					created_at?: string;
					decided_carries?: number;
					due_in?: string | null;
					due_on?: string;
					goal_id?: string | null;
					group_id?: string;
					id?: string;
					line?: string;
					outcome?: string | null;
					owner_id?: string;
					partner_id?: string | null;
					rank?: number | null;
					removed_at?: string | null;
					status?: string;
					title?: string;
					updated_at?: string;
					version?: number;
				};
				Relationships: [
					{
						foreignKeyName: 'actions_born_in_fkey';
						columns: ['born_in'];
						isOneToOne: false;
						referencedRelation: 'sessions';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'actions_due_in_fkey';
						columns: ['due_in'];
						isOneToOne: false;
						referencedRelation: 'sessions';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'actions_goal_id_fkey';
						columns: ['goal_id'];
						isOneToOne: false;
						referencedRelation: 'goals';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'actions_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'actions_owner_id_fkey';
						columns: ['owner_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'actions_partner_id_fkey';
						columns: ['partner_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					}
				];
			};
			animators: {
				Row: {
					community_id: string;
					id: string;
					member_id: string;
					since: string;
					until: string | null;
				};
				ComputedFields: never;
				Insert: {
					community_id: string;
					id?: string;
					member_id: string;
					since?: string;
					until?: string | null;
				};
				Update: {
					community_id?: string;
					id?: string;
					member_id?: string;
					since?: string;
					until?: string | null;
				};
				Relationships: [
					{
						foreignKeyName: 'animators_community_id_fkey';
						columns: ['community_id'];
						isOneToOne: false;
						referencedRelation: 'communities';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'animators_member_id_fkey';
						columns: ['member_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					}
				];
			};
			attendances: {
				Row: {
					group_id: string;
					id: string;
					member_id: string;
					present: boolean;
					seen_at: string | null;
					session_id: string;
				};
				ComputedFields: never;
				Insert: {
					group_id: string;
					id?: string;
					member_id: string;
					present?: boolean;
					seen_at?: string | null;
					session_id: string;
				};
				Update: {
					group_id?: string;
					id?: string;
					member_id?: string;
					present?: boolean;
					seen_at?: string | null;
					session_id?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'attendances_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'attendances_member_id_fkey';
						columns: ['member_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'attendances_session_id_fkey';
						columns: ['session_id'];
						isOneToOne: false;
						referencedRelation: 'sessions';
						referencedColumns: ['id'];
					}
				];
			};
			breach_votes: {
				Row: {
					breach_id: string;
					exclude: boolean;
					id: string;
					member_id: string;
				};
				ComputedFields: never;
				Insert: {
					breach_id: string;
					exclude: boolean;
					id?: string;
					member_id: string;
				};
				Update: {
					breach_id?: string;
					exclude?: boolean;
					id?: string;
					member_id?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'breach_votes_breach_id_fkey';
						columns: ['breach_id'];
						isOneToOne: false;
						referencedRelation: 'breaches';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'breach_votes_member_id_fkey';
						columns: ['member_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					}
				];
			};
			breaches: {
				Row: {
					accused_id: string;
					entitled: number | null;
					group_id: string;
					id: string;
					outcome: string | null;
					raised_at: string;
					raised_by: string | null;
					reason: string;
					settled_at: string | null;
					votes_against: number | null;
					votes_for: number | null;
				};
				ComputedFields: never;
				Insert: {
					accused_id: string;
					entitled?: number | null;
					group_id: string;
					id: string;
					outcome?: string | null;
					raised_at?: string;
					raised_by?: string | null;
					reason: string;
					settled_at?: string | null;
					votes_against?: number | null;
					votes_for?: number | null;
				};
				Update: {
					accused_id?: string;
					entitled?: number | null;
					group_id?: string;
					id?: string;
					outcome?: string | null;
					raised_at?: string;
					raised_by?: string | null;
					reason?: string;
					settled_at?: string | null;
					votes_against?: number | null;
					votes_for?: number | null;
				};
				Relationships: [
					{
						foreignKeyName: 'breaches_accused_id_fkey';
						columns: ['accused_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'breaches_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'breaches_raised_by_fkey';
						columns: ['raised_by'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					}
				];
			};
			calendars: {
				Row: {
					created_at: string;
					id: string;
					token_hash: string;
				};
				ComputedFields: never;
				Insert: {
					created_at?: string;
					id: string;
					token_hash: string;
				};
				Update: {
					created_at?: string;
					id?: string;
					token_hash?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'calendars_id_fkey';
						columns: ['id'];
						isOneToOne: true;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					}
				];
			};
			challenge_notes: {
				Row: {
					body: string;
					group_id: string;
					id: string;
					presenter_id: string;
					session_id: string;
					takeaways: string;
					updated_at: string;
					version: number;
				};
				ComputedFields: never;
				Insert: {
					body?: string;
					group_id: string;
					id: string;
					presenter_id: string;
					session_id: string;
					takeaways?: string;
					updated_at?: string;
					version?: number;
				};
				Update: {
					body?: string;
					group_id?: string;
					id?: string;
					presenter_id?: string;
					session_id?: string;
					takeaways?: string;
					updated_at?: string;
					version?: number;
				};
				Relationships: [
					{
						foreignKeyName: 'challenge_notes_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'challenge_notes_id_fkey';
						columns: ['id'];
						isOneToOne: true;
						referencedRelation: 'challenges';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'challenge_notes_presenter_id_fkey';
						columns: ['presenter_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'challenge_notes_session_id_fkey';
						columns: ['session_id'];
						isOneToOne: false;
						referencedRelation: 'sessions';
						referencedColumns: ['id'];
					}
				];
			};
			challenges: {
				Row: {
					context: string;
					double_confidential: boolean;
					group_id: string;
					id: string;
					keep: string;
					need: string;
					options: string;
					position: number | null;
					presenter_id: string;
					question: string;
					session_id: string;
					tags: string[];
					tried: string;
					unwanted: string;
					updated_at: string;
					version: number;
					wanted: string;
					withdrawn_at: string | null;
				};
				ComputedFields: never;
				Insert: {
					context?: string;
					double_confidential?: boolean;
					group_id: string;
					id?: string;
					keep?: string;
					need?: string;
					options?: string;
					position?: number | null;
					presenter_id: string;
					question?: string;
					session_id: string;
					tags?: string[];
					tried?: string;
					unwanted?: string;
					updated_at?: string;
					version?: number;
					wanted?: string;
					withdrawn_at?: string | null;
				};
				Update: {
					context?: string;
					double_confidential?: boolean;
					group_id?: string;
					id?: string;
					keep?: string;
					need?: string;
					options?: string;
					position?: number | null;
					presenter_id?: string;
					question?: string;
					session_id?: string;
					tags?: string[];
					tried?: string;
					unwanted?: string;
					updated_at?: string;
					version?: number;
					wanted?: string;
					withdrawn_at?: string | null;
				};
				Relationships: [
					{
						foreignKeyName: 'challenges_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'challenges_presenter_id_fkey';
						columns: ['presenter_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'challenges_session_id_fkey';
						columns: ['session_id'];
						isOneToOne: false;
						referencedRelation: 'sessions';
						referencedColumns: ['id'];
					}
				];
			};
			charters: {
				Row: {
					body: string;
					created_at: string;
					group_id: string;
					id: string;
					version: number;
				};
				ComputedFields: never;
				Insert: {
					body: string;
					created_at?: string;
					group_id: string;
					id?: string;
					version: number;
				};
				Update: {
					body?: string;
					created_at?: string;
					group_id?: string;
					id?: string;
					version?: number;
				};
				Relationships: [
					{
						foreignKeyName: 'charters_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					}
				];
			};
			communities: {
				Row: {
					created_at: string;
					id: string;
					name: string;
				};
				ComputedFields: never;
				Insert: {
					created_at?: string;
					id?: string;
					name: string;
				};
				Update: {
					created_at?: string;
					id?: string;
					name?: string;
				};
				Relationships: [];
			};
			contributions: {
				Row: {
					author_id: string;
					challenge_id: string;
					group_id: string;
					id: string;
					kind: string;
					made_at: string;
					session_id: string;
					text: string;
				};
				ComputedFields: never;
				Insert: {
					author_id?: string;
					challenge_id: string;
					group_id: string;
					id: string;
					kind: string;
					made_at?: string;
					session_id: string;
					text: string;
				};
				Update: {
					author_id?: string;
					challenge_id?: string;
					group_id?: string;
					id?: string;
					kind?: string;
					made_at?: string;
					session_id?: string;
					text?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'contributions_author_id_fkey';
						columns: ['author_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'contributions_challenge_id_session_id_group_id_fkey';
						columns: ['challenge_id', 'session_id', 'group_id'];
						isOneToOne: false;
						referencedRelation: 'challenges';
						referencedColumns: ['id', 'session_id', 'group_id'];
					},
					{
						foreignKeyName: 'contributions_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'contributions_session_id_fkey';
						columns: ['session_id'];
						isOneToOne: false;
						referencedRelation: 'sessions';
						referencedColumns: ['id'];
					}
				];
			};
			decisions: {
				Row: {
					at: string;
					group_id: string;
					id: string;
					kind: string;
					subject_id: string | null;
				};
				ComputedFields: never;
				Insert: {
					at: string;
					group_id: string;
					id?: string;
					kind: string;
					subject_id?: string | null;
				};
				Update: {
					at?: string;
					group_id?: string;
					id?: string;
					kind?: string;
					subject_id?: string | null;
				};
				Relationships: [
					{
						foreignKeyName: 'decisions_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'decisions_subject_id_fkey';
						columns: ['subject_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					}
				];
			};
			feedbacks: {
				Row: {
					delta: string;
					group_id: string;
					id: string;
					member_id: string;
					plus: string;
					session_id: string;
				};
				ComputedFields: never;
				Insert: {
					delta?: string;
					group_id: string;
					id?: string;
					member_id: string;
					plus?: string;
					session_id: string;
				};
				Update: {
					delta?: string;
					group_id?: string;
					id?: string;
					member_id?: string;
					plus?: string;
					session_id?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'feedbacks_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'feedbacks_member_id_fkey';
						columns: ['member_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'feedbacks_session_id_fkey';
						columns: ['session_id'];
						isOneToOne: false;
						referencedRelation: 'sessions';
						referencedColumns: ['id'];
					}
				];
			};
			goals: {
				Row: {
					created_at: string;
					group_id: string;
					id: string;
					line: string;
					means: string;
					measure: string;
					owner_id: string;
					quarter: number | null;
					reason: string;
					removed_at: string | null;
					shared: boolean;
					stage: string | null;
					status: string;
					title: string;
					updated_at: string;
					version: number;
					year: number;
				};
				ComputedFields: never;
				Insert: {
					created_at?: string;
					group_id: string;
					id: string;
					line?: string;
					means?: string;
					measure?: string;
					owner_id: string;
					quarter?: number | null;
					reason?: string;
					removed_at?: string | null;
					shared?: boolean;
					stage?: string | null;
					status?: string;
					title: string;
					updated_at?: string;
					version?: number;
					year: number;
				};
				Update: {
					created_at?: string;
					group_id?: string;
					id?: string;
					line?: string;
					means?: string;
					measure?: string;
					owner_id?: string;
					quarter?: number | null;
					reason?: string;
					removed_at?: string | null;
					shared?: boolean;
					stage?: string | null;
					status?: string;
					title?: string;
					updated_at?: string;
					version?: number;
					year?: number;
				};
				Relationships: [
					{
						foreignKeyName: 'goals_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'goals_owner_id_fkey';
						columns: ['owner_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					}
				];
			};
			groups: {
				Row: {
					community_id: string | null;
					created_at: string;
					epoch: number;
					id: string;
					name: string;
					retention_months: number;
				};
				ComputedFields: never;
				Insert: {
					community_id?: string | null;
					created_at?: string;
					epoch?: number;
					id: string;
					name: string;
					retention_months?: number;
				};
				Update: {
					community_id?: string | null;
					created_at?: string;
					epoch?: number;
					id?: string;
					name?: string;
					retention_months?: number;
				};
				Relationships: [
					{
						foreignKeyName: 'groups_community_id_fkey';
						columns: ['community_id'];
						isOneToOne: false;
						referencedRelation: 'communities';
						referencedColumns: ['id'];
					}
				];
			};
			invitations: {
				Row: {
					accepted_at: string | null;
					created_at: string;
					email: string;
					expires_at: string;
					group_id: string;
					id: string;
					invited_by: string;
					revoked_at: string | null;
					token_hash: string;
				};
				ComputedFields: never;
				Insert: {
					accepted_at?: string | null;
					created_at?: string;
					email: string;
					expires_at?: string;
					group_id: string;
					id?: string;
					invited_by: string;
					revoked_at?: string | null;
					token_hash: string;
				};
				Update: {
					accepted_at?: string | null;
					created_at?: string;
					email?: string;
					expires_at?: string;
					group_id?: string;
					id?: string;
					invited_by?: string;
					revoked_at?: string | null;
					token_hash?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'invitations_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'invitations_invited_by_fkey';
						columns: ['invited_by'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					}
				];
			};
			memberships: {
				Row: {
					group_id: string;
					id: string;
					joined_at: string;
					left_at: string | null;
					member_id: string;
				};
				ComputedFields: never;
				Insert: {
					group_id: string;
					id?: string;
					joined_at?: string;
					left_at?: string | null;
					member_id: string;
				};
				Update: {
					group_id?: string;
					id?: string;
					joined_at?: string;
					left_at?: string | null;
					member_id?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'memberships_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'memberships_member_id_fkey';
						columns: ['member_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					}
				];
			};
			operations: {
				Row: {
					applied_at: string;
					client_id: string;
					code: string | null;
					digest: string | null;
					member_id: string;
					sequence: number;
				};
				ComputedFields: never;
				Insert: {
					applied_at?: string;
					client_id: string;
					code?: string | null;
					digest?: string | null;
					member_id?: string;
					sequence: number;
				};
				Update: {
					applied_at?: string;
					client_id?: string;
					code?: string | null;
					digest?: string | null;
					member_id?: string;
					sequence?: number;
				};
				Relationships: [
					{
						foreignKeyName: 'operations_member_id_fkey';
						columns: ['member_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					}
				];
			};
			profiles: {
				Row: {
					erased_at: string | null;
					id: string;
					language: string;
					name: string;
					updated_at: string;
					version: number;
				};
				ComputedFields: never;
				Insert: {
					erased_at?: string | null;
					id: string;
					language?: string;
					name?: string;
					updated_at?: string;
					version?: number;
				};
				Update: {
					erased_at?: string | null;
					id?: string;
					language?: string;
					name?: string;
					updated_at?: string;
					version?: number;
				};
				Relationships: [];
			};
			push_subscriptions: {
				Row: {
					auth: string;
					created_at: string;
					endpoint: string;
					id: string;
					member_id: string;
					p256dh: string;
					session_id: string;
				};
				ComputedFields: never;
				Insert: {
					auth: string;
					created_at?: string;
					endpoint: string;
					id?: string;
					member_id: string;
					p256dh: string;
					session_id: string;
				};
				Update: {
					auth?: string;
					created_at?: string;
					endpoint?: string;
					id?: string;
					member_id?: string;
					p256dh?: string;
					session_id?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'push_subscriptions_member_id_fkey';
						columns: ['member_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					}
				];
			};
			reminder_settings: {
				Row: {
					id: string;
					mail: string[];
					push: string[];
					quiet_from: string | null;
					quiet_to: string | null;
					time_zone: string;
					updated_at: string;
				};
				ComputedFields: never;
				Insert: {
					id: string;
					mail?: string[];
					push?: string[];
					quiet_from?: string | null;
					quiet_to?: string | null;
					time_zone?: string;
					updated_at?: string;
				};
				Update: {
					id?: string;
					mail?: string[];
					push?: string[];
					quiet_from?: string | null;
					quiet_to?: string | null;
					time_zone?: string;
					updated_at?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'reminder_settings_id_fkey';
						columns: ['id'];
						isOneToOne: true;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					}
				];
			};
			reviews: {
				Row: {
					action_id: string;
					group_id: string;
					id: string;
					line: string;
					outcome: string;
					reviewed_at: string;
					reviewed_by: string | null;
					session_id: string;
				};
				ComputedFields: never;
				Insert: {
					action_id: string;
					group_id: string;
					id?: string;
					line?: string;
					outcome: string;
					reviewed_at?: string;
					reviewed_by?: string | null;
					session_id: string;
				};
				Update: {
					action_id?: string;
					group_id?: string;
					id?: string;
					line?: string;
					outcome?: string;
					reviewed_at?: string;
					reviewed_by?: string | null;
					session_id?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'reviews_action_id_fkey';
						columns: ['action_id'];
						isOneToOne: false;
						referencedRelation: 'actions';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'reviews_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'reviews_reviewed_by_fkey';
						columns: ['reviewed_by'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'reviews_session_id_fkey';
						columns: ['session_id'];
						isOneToOne: false;
						referencedRelation: 'sessions';
						referencedColumns: ['id'];
					}
				];
			};
			room_commands: {
				Row: {
					args: NonNullable<Json>;
					at: string;
					before: Json | null;
					command: string;
					group_id: string;
					id: string;
					member_id: string | null;
					session_id: string;
					version: number;
				};
				ComputedFields: never;
				Insert: {
					args?: NonNullable<Json>;
					at: string;
					before?: Json | null;
					command: string;
					group_id: string;
					id: string;
					member_id?: string | null;
					session_id: string;
					version: number;
				};
				Update: {
					args?: NonNullable<Json>;
					at?: string;
					before?: Json | null;
					command?: string;
					group_id?: string;
					id?: string;
					member_id?: string | null;
					session_id?: string;
					version?: number;
				};
				Relationships: [
					{
						foreignKeyName: 'room_commands_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'room_commands_member_id_fkey';
						columns: ['member_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'room_commands_session_id_fkey';
						columns: ['session_id'];
						isOneToOne: false;
						referencedRelation: 'sessions';
						referencedColumns: ['id'];
					}
				];
			};
			room_states: {
				Row: {
					added_ms: number;
					facilitator_id: string | null;
					floor_version: number;
					group_id: string;
					minutes: number[] | null;
					paused_at: string | null;
					paused_ms: number;
					planned_ms: number;
					position: number | null;
					session_id: string;
					started_at: string | null;
					version: number;
				};
				ComputedFields: never;
				Insert: {
					added_ms?: number;
					facilitator_id?: string | null;
					floor_version?: number;
					group_id: string;
					minutes?: number[] | null;
					paused_at?: string | null;
					paused_ms?: number;
					planned_ms?: number;
					position?: number | null;
					session_id: string;
					started_at?: string | null;
					version?: number;
				};
				Update: {
					added_ms?: number;
					facilitator_id?: string | null;
					floor_version?: number;
					group_id?: string;
					minutes?: number[] | null;
					paused_at?: string | null;
					paused_ms?: number;
					planned_ms?: number;
					position?: number | null;
					session_id?: string;
					started_at?: string | null;
					version?: number;
				};
				Relationships: [
					{
						foreignKeyName: 'room_states_facilitator_id_fkey';
						columns: ['facilitator_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'room_states_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'room_states_session_id_fkey';
						columns: ['session_id'];
						isOneToOne: true;
						referencedRelation: 'sessions';
						referencedColumns: ['id'];
					}
				];
			};
			segments: {
				Row: {
					actual_ms: number | null;
					group_id: string;
					id: string;
					kind: string;
					label: NonNullable<Json>;
					least: number;
					minutes: number;
					person_id: string | null;
					position: number;
					rule: string;
					session_id: string;
					speakers: string;
				};
				ComputedFields: never;
				Insert: {
					actual_ms?: number | null;
					group_id: string;
					id?: string;
					kind: string;
					label: NonNullable<Json>;
					least?: number;
					minutes: number;
					person_id?: string | null;
					position: number;
					rule: string;
					session_id: string;
					speakers: string;
				};
				Update: {
					actual_ms?: number | null;
					group_id?: string;
					id?: string;
					kind?: string;
					label?: NonNullable<Json>;
					least?: number;
					minutes?: number;
					person_id?: string | null;
					position?: number;
					rule?: string;
					session_id?: string;
					speakers?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'segments_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'segments_person_id_fkey';
						columns: ['person_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'segments_session_id_fkey';
						columns: ['session_id'];
						isOneToOne: false;
						referencedRelation: 'sessions';
						referencedColumns: ['id'];
					}
				];
			};
			session_consents: {
				Row: {
					given_at: string;
					group_id: string;
					id: string;
					member_id: string;
					reader_id: string;
					session_id: string;
					withdrawn_at: string | null;
				};
				ComputedFields: never;
				Insert: {
					given_at?: string;
					group_id: string;
					id?: string;
					member_id: string;
					reader_id: string;
					session_id: string;
					withdrawn_at?: string | null;
				};
				Update: {
					given_at?: string;
					group_id?: string;
					id?: string;
					member_id?: string;
					reader_id?: string;
					session_id?: string;
					withdrawn_at?: string | null;
				};
				Relationships: [
					{
						foreignKeyName: 'session_consents_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'session_consents_member_id_fkey';
						columns: ['member_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'session_consents_reader_id_fkey';
						columns: ['reader_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'session_consents_session_id_fkey';
						columns: ['session_id'];
						isOneToOne: false;
						referencedRelation: 'sessions';
						referencedColumns: ['id'];
					}
				];
			};
			sessions: {
				Row: {
					closed_at: string | null;
					erased_at: string | null;
					facilitator_id: string | null;
					format: string;
					group_id: string;
					host_id: string | null;
					id: string;
					length_minutes: number;
					place: string;
					scribe_id: string | null;
					started_at: string | null;
					starts_at: string;
					status: string;
					time_zone: string;
					updated_at: string;
					version: number;
				};
				ComputedFields: never;
				Insert: {
					closed_at?: string | null;
					erased_at?: string | null;
					facilitator_id?: string | null;
					format?: string;
					group_id: string;
					host_id?: string | null;
					id: string;
					length_minutes: number;
					place?: string;
					scribe_id?: string | null;
					started_at?: string | null;
					starts_at: string;
					status?: string;
					time_zone?: string;
					updated_at?: string;
					version?: number;
				};
				Update: {
					closed_at?: string | null;
					erased_at?: string | null;
					facilitator_id?: string | null;
					format?: string;
					group_id?: string;
					host_id?: string | null;
					id?: string;
					length_minutes?: number;
					place?: string;
					scribe_id?: string | null;
					started_at?: string | null;
					starts_at?: string;
					status?: string;
					time_zone?: string;
					updated_at?: string;
					version?: number;
				};
				Relationships: [
					{
						foreignKeyName: 'sessions_facilitator_id_fkey';
						columns: ['facilitator_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'sessions_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'sessions_host_id_fkey';
						columns: ['host_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'sessions_scribe_id_fkey';
						columns: ['scribe_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					}
				];
			};
			signatures: {
				Row: {
					charter_id: string;
					group_id: string;
					id: string;
					member_id: string;
					signed_at: string;
				};
				ComputedFields: never;
				Insert: {
					charter_id: string;
					group_id: string;
					id?: string;
					member_id: string;
					signed_at?: string;
				};
				Update: {
					charter_id?: string;
					group_id?: string;
					id?: string;
					member_id?: string;
					signed_at?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'signatures_charter_id_fkey';
						columns: ['charter_id'];
						isOneToOne: false;
						referencedRelation: 'charters';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'signatures_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'signatures_member_id_fkey';
						columns: ['member_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					}
				];
			};
			speaking_turns: {
				Row: {
					began_at: string | null;
					ended_at: string | null;
					group_id: string;
					id: string;
					member_id: string;
					position: number;
					raised_at: string;
					session_id: string;
				};
				ComputedFields: never;
				Insert: {
					began_at?: string | null;
					ended_at?: string | null;
					group_id: string;
					id?: string;
					member_id: string;
					position: number;
					raised_at: string;
					session_id: string;
				};
				Update: {
					began_at?: string | null;
					ended_at?: string | null;
					group_id?: string;
					id?: string;
					member_id?: string;
					position?: number;
					raised_at?: string;
					session_id?: string;
				};
				Relationships: [
					{
						foreignKeyName: 'speaking_turns_group_id_fkey';
						columns: ['group_id'];
						isOneToOne: false;
						referencedRelation: 'groups';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'speaking_turns_member_id_fkey';
						columns: ['member_id'];
						isOneToOne: false;
						referencedRelation: 'profiles';
						referencedColumns: ['id'];
					},
					{
						foreignKeyName: 'speaking_turns_session_id_fkey';
						columns: ['session_id'];
						isOneToOne: false;
						referencedRelation: 'sessions';
						referencedColumns: ['id'];
					}
				];
			};
		};
		Views: {
			[_ in never]: never;
		};
		Functions: {
			accept_invitation: { Args: { token: string }; Returns: string };
			apply_ops: { Args: { client_id: string; operations: Json }; Returns: Json };
			claim_reminders: { Args: { at: string; most: number }; Returns: Json };
			close_calendar: { Args: Record<PropertyKey, never>; Returns: undefined };
			close_session: {
				Args: { command_id: string; expected_version: number; next: Json; session_id: string };
				Returns: Json;
			};
			community_overview: { Args: { community_id: string }; Returns: Json };
			delete_account: { Args: { confirmation: string }; Returns: undefined };
			dismiss_signal: { Args: { kind: string; session_id: string }; Returns: undefined };
			end_sessions: { Args: { everywhere?: boolean; session_id?: string }; Returns: number };
			erase_expired: { Args: { at: string; most?: number }; Returns: Json };
			export_account: { Args: Record<PropertyKey, never>; Returns: Json };
			finish_reminder: { Args: { id: string; outcome: string }; Returns: undefined };
			floor_command: { Args: { args: Json; command: string; session_id: string }; Returns: Json };
			found_group: { Args: { charter: string; id: string; name: string }; Returns: string };
			invite: { Args: { email: string; group_id: string; token_hash: string }; Returns: string };
			leave_group: { Args: { group_id: string }; Returns: undefined };
			list_sessions: { Args: Record<PropertyKey, never>; Returns: Json };
			open_calendar: { Args: Record<PropertyKey, never>; Returns: string };
			plan_session: { Args: { expected_version: number; plan: Json }; Returns: string };
			pull: { Args: { since: Json }; Returns: Json };
			raise_breach: {
				Args: { accused_id: string; group_id: string; id: string; reason: string };
				Returns: string;
			};
			read_calendar: { Args: { token_hash: string }; Returns: Json };
			read_invitation: { Args: { token: string }; Returns: Json };
			read_reminders: { Args: Record<PropertyKey, never>; Returns: Json };
			revoke_invitation: { Args: { invitation_id: string }; Returns: undefined };
			room_command: {
				Args: {
					args: Json;
					command: string;
					command_id: string;
					expected_version: number;
					session_id: string;
				};
				Returns: Json;
			};
			room_snapshot: { Args: { session_id: string }; Returns: Json };
			server_clock: { Args: Record<PropertyKey, never>; Returns: number };
			set_reminders: { Args: { settings: Json }; Returns: undefined };
			set_retention: {
				Args: { expected: number; group_id: string; months: number };
				Returns: undefined;
			};
			share_session: {
				Args: { agree: boolean; reader_id: string; session_id: string };
				Returns: undefined;
			};
			sign_charter: { Args: { charter_id: string }; Returns: undefined };
			signal_facilitator: { Args: { kind: string; session_id: string }; Returns: undefined };
			subscribe_push: {
				Args: { auth: string; endpoint: string; p256dh: string };
				Returns: undefined;
			};
			unsubscribe_push: { Args: { endpoint: string }; Returns: undefined };
			vote_breach: { Args: { breach_id: string; exclude: boolean }; Returns: string };
			withdraw_breach: { Args: { breach_id: string }; Returns: undefined };
			write_charter: {
				Args: { body: string; expected_version: number; group_id: string };
				Returns: string;
			};
		};
		Enums: {
			[_ in never]: never;
		};
		CompositeTypes: {
			[_ in never]: never;
		};
	};
};

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, 'public'>];

export type Tables<
	DefaultSchemaTableNameOrOptions extends
		| keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
		| { schema: keyof DatabaseWithoutInternals },
	TableName extends (DefaultSchemaTableNameOrOptions extends {
		schema: keyof DatabaseWithoutInternals;
	}
		? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
				DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])
		: never) = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
	? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
			DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])[TableName] extends {
			Row: infer R;
		}
		? R
		: never
	: DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
		? (DefaultSchema['Tables'] & DefaultSchema['Views'])[DefaultSchemaTableNameOrOptions] extends {
				Row: infer R;
			}
			? R
			: never
		: never;

export type TablesInsert<
	DefaultSchemaTableNameOrOptions extends
		keyof DefaultSchema['Tables'] | { schema: keyof DatabaseWithoutInternals },
	TableName extends (DefaultSchemaTableNameOrOptions extends {
		schema: keyof DatabaseWithoutInternals;
	}
		? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
		: never) = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
	? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
			Insert: infer I;
		}
		? I
		: never
	: DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
		? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
				Insert: infer I;
			}
			? I
			: never
		: never;

export type TablesUpdate<
	DefaultSchemaTableNameOrOptions extends
		keyof DefaultSchema['Tables'] | { schema: keyof DatabaseWithoutInternals },
	TableName extends (DefaultSchemaTableNameOrOptions extends {
		schema: keyof DatabaseWithoutInternals;
	}
		? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
		: never) = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
	? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
			Update: infer U;
		}
		? U
		: never
	: DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
		? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
				Update: infer U;
			}
			? U
			: never
		: never;

export type Enums<
	DefaultSchemaEnumNameOrOptions extends
		keyof DefaultSchema['Enums'] | { schema: keyof DatabaseWithoutInternals },
	EnumName extends (DefaultSchemaEnumNameOrOptions extends {
		schema: keyof DatabaseWithoutInternals;
	}
		? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums']
		: never) = never
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
	? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums'][EnumName]
	: DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema['Enums']
		? DefaultSchema['Enums'][DefaultSchemaEnumNameOrOptions]
		: never;

export type CompositeTypes<
	PublicCompositeTypeNameOrOptions extends
		keyof DefaultSchema['CompositeTypes'] | { schema: keyof DatabaseWithoutInternals },
	CompositeTypeName extends (PublicCompositeTypeNameOrOptions extends {
		schema: keyof DatabaseWithoutInternals;
	}
		? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes']
		: never) = never
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
	? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes'][CompositeTypeName]
	: PublicCompositeTypeNameOrOptions extends keyof DefaultSchema['CompositeTypes']
		? DefaultSchema['CompositeTypes'][PublicCompositeTypeNameOrOptions]
		: never;

export const Constants = {
	public: {
		Enums: {}
	}
} as const;
