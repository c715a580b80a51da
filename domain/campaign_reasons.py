"""The words of the reasons of campaigns; ``domain.reasons`` holds them with all others."""

from __future__ import annotations

from collections.abc import Mapping

CAMPAIGN_TEMPLATES: Mapping[str, str] = {
    "R-26.not_wanted": "The client's status is {status}; this campaign is for clients who are still with the firm.",
    "campaign.not_found": "Campaign {campaign} was not found.",
    "campaign.changed": "Someone changed campaign {campaign} meanwhile; reload and decide again.",
    "campaign.state": "Campaign {campaign} is {campaign_state}; this step is not possible from there.",
    "campaign.handed_out": "Clients of campaign {campaign} were handed out already; it can be closed, not cancelled.",
    "campaign.window_over": "The window of campaign {campaign} ended on {until}; nothing more is handed out from it.",
    "campaign.name_missing": "Give the campaign a name.",
    "campaign.name_long": "The name is longer than {limit} characters.",
    "campaign.hidden_character": "Control and invisible characters cannot be kept; type the text again.",
    "campaign.script_long": "The points to bring up are longer than {limit} characters.",
    "campaign.worthwhile": "The smallest difference worth the calls lies between {least_bp} and {most_bp}.",
    "campaign.outcome_days": "The groups are compared between {least} and {most} days after the draw.",
    "campaign.list_empty": "The list holds no client inside your reach.",
    "campaign.list_long": "A campaign takes at most {limit} clients; the list holds {count}. Filter it first.",
    "campaign.list_old": "The figures were published anew meanwhile; open the list again.",
    "campaign.nobody_left": "None of the {count} clients of the list can be handed out now.",
    "campaign.held": "Campaign {campaign} ({name}) holds the client until {until}.",
    "campaign.beyond_reach": "Campaign {campaign} holds clients outside your reach; only somebody who has them all in "
                             "reach can change it.",
    "campaign.must_unknown": "Client {client_no} must be contacted but is not in the list.",
}  # fmt: skip
