"""What the small forms of all pages share."""

from __future__ import annotations

from crispy_forms.helper import FormHelper


class InPage:
    """A form whose page writes the form tag, the token and the button."""

    use_required_attribute = False

    @property
    def helper(self) -> FormHelper:
        """How crispy renders it."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper
