"""The words of the reasons that the register's checks, follow-up calls and settlements answer with."""

from __future__ import annotations

from collections.abc import Mapping

REGISTER_TEMPLATES: Mapping[str, str] = {
    "R-02.not_traced": "Nothing says when and how the relationship was confirmed.",
    "R-03.ended": "{staff_no} no longer holds: {qualification}; {count} relationships rest on it.",
    "R-07.allowed": "The call can be recorded.",
    "R-07.not_confirmed": "Relationship {relationship_no} is not confirmed; there is nothing to ask the client about.",
    "R-07.own": "Somebody other than the holders of {relationship_no} calls the client.",
    "R-07.disputed": "The client said in a follow-up call that the holder is unknown.",
    "R-11.no_approval": "The record came after the event and nobody approved it.",
    "R-13.no_approval": "{count} registrations were valid at the event and nobody decided between them.",
    "R-14.no_approval": "{type} needs an approval and has none.",
    "R-14.not_approved": "The approval behind the relationship did not end in an approval: {chain_state}.",
    "R-14.step_open": "A step of the approval was not taken: {post}.",
    "R-14.order": "A step was taken before the one below it: {post}.",
    "R-14.twice": "One person took two steps of the approval.",
    "R-14.holder": "A holder of the relationship approved it: {post}.",
    "R-14.registrant": "Whoever registered the client approved the relationship: {post}.",
    "R-14.levels": "The approval has {count} levels; the type asks for {asked}, in another order or of other posts.",
    "R-15.above_one": "The shares of the client's relationships of this type add up to more than 1 on a day: {type}.",
    "R-16.not_confirmed": "The holders work in another branch company than the client's, and nobody confirmed it.",
    "R-16.branch_missing": "{count} branch companies concerned have not confirmed the cooperation.",
    "R-16.headquarters_missing": "Headquarters has not approved the cooperation across branch companies.",
    "R-16.no_statement": "The statement on the cooperation is not on file.",
    "R-30.too_many": "{staff_no} holds {count} clients of this type; {limit} are allowed.",
    "R-31.second": "{relationship_no} and {other_no} hold the client at once; {type} knows one holder.",
    "R-37.several": "{count} people hold the client together; {type} knows one holder.",
    "R-37.no_form": "Not on file: {document}.",
    "R-37.wrong_day": "{document} bears {signed_on}; it must bear the day of the event, {event_on}.",
    "R-37.unchecked": "Nobody has checked the form: {document}.",
    "register.left": "{staff_no} left on {left_on} and still holds clients: {count} relationships.",
    "register.two_development": "{relationship_no} and {other_no} are development relationships at the same time.",
    "conflict.allowed": "The conflict can be settled.",
    "conflict.not_found": "This conflict was not found.",
    "conflict.settled": "This conflict has been settled already.",
    "conflict.changed": "Someone changed this conflict meanwhile; look again and decide anew.",
    "conflict.own": "Nobody settles or reopens a conflict about a relationship they hold.",
    "conflict.open": "This conflict is open already.",
    "conflict.gone": "The fault of this conflict is gone; the check opens it again should it come back.",
    "conflict.may_reopen": "The conflict can be opened again.",
}
"""Reason code to English sentence."""
