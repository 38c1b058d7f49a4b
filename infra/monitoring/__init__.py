"""Alarms, dashboards and the definitions behind them."""
