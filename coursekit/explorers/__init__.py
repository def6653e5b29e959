"""Interactive pictures: ipywidgets around one pure render function each."""
