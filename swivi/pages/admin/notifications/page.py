"""The notifications of an admin."""

import reflex as rx

from swivi import routes
from swivi.pages.shared.frame import admin_page
from swivi.pages.shared.notification_list import notification_list


def notifications_page() -> rx.Component:
    """`/admin/notifications`."""
    return admin_page("Notifications", notification_list(), current=routes.ADMIN_NOTIFICATIONS)
